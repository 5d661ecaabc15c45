-- What the add-in calls on macOS, where Excel itself lives in a sandbox. Every macro on this machine can call it:
-- so it starts nothing but SyncTUI's own Python, which stands in a file that no macro can write.
-- `message` holds the arguments, one on each line. Python works in the background, for Excel answers AppleScript
-- only when its macro has ended; what it cannot tell otherwise is in the log.

on startSyncTUI(message)
	set home to POSIX path of (path to home folder)
	set settingsFile to home & "Library/Application Support/synctui/excel-python.txt"
	set logFile to home & "Library/Logs/SyncTUI-Excel.log"
	set interpreter to first paragraph of (do shell script "cat " & quoted form of settingsFile)
	do shell script "test -x " & quoted form of interpreter
	set command to quoted form of interpreter & " -P -m xl_addin"
	repeat with argument in paragraphs of message
		set command to command & " " & quoted form of (contents of argument)
	end repeat
	do shell script command & " > /dev/null 2> " & quoted form of logFile & " &"
	return ""
end startSyncTUI
