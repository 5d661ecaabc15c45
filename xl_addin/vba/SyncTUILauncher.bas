Attribute VB_Name = "SyncTUILauncher"
Option Explicit

' Starts Python with what the clicked button names.
'
' Which Python that is comes only from this add-in's own worksheet or from the settings file that
' `python -m xl_addin install` writes, never from an opened workbook, its folder or the search path. Python's
' option -P keeps the current folder, which may be an opened workbook's, out of its search for modules.
'
' A tag is the name of an action, followed by " waits" where Excel waits for its end.

Private Const SETTINGS_SHEET As String = "SyncTUI"
Private Const SETTINGS_FILE As String = "%LOCALAPPDATA%\synctui\excel-python.txt"
Private Const MAC_SCRIPT As String = "SyncTUI.applescript"
Private Const PERCENT As String = "SYNCTUI_PERCENT"
Private Const INSTALL_AGAIN As String = "Run this in a terminal, then start Excel again: python -m xl_addin install"
Private Const HIDDEN As Long = 0
Private Const FOR_READING As Long = 1
Private Const UTF_16 As Long = -1
Private Const CANCELLED As Long = 130
Private Const MINUTES_SHOWN As Long = 2

Private startedText As String

Public Sub StartButton(ByVal tag As String)
    On Error GoTo Failed
    ShowStarted ActionOf(tag)
    #If Mac Then
        AppleScriptTask MAC_SCRIPT, "startSyncTUI", MacMessage(ActionOf(tag), ActiveWorkbook.Name)
    #Else
        StartOnWindows tag
    #End If
    Exit Sub
Failed:
    Tell "SyncTUI cannot start Python (" & Err.Description & "). " & INSTALL_AGAIN
End Sub

' Python gives the status bar back as soon as it has reached Excel. Where it never does, the text goes away by itself.
Private Sub ShowStarted(ByVal action As String)
    startedText = StartedBar(action)
    Application.StatusBar = startedText
    Application.OnTime Now + TimeSerial(0, MINUTES_SHOWN, 0), "'" & ThisWorkbook.Name & "'!SyncTUILauncher.ClearStarted"
End Sub

Public Sub ClearStarted()
    If IsStarted(CStr(Application.StatusBar), startedText) Then Application.StatusBar = False
End Sub

' Whether the bar still shows what a click put there, and nothing that was written since.
Public Function IsStarted(ByVal shown As String, ByVal started As String) As Boolean
    IsStarted = (started <> "") And (shown = started)
End Function

Public Function StartedBar(ByVal action As String) As String
    StartedBar = "SyncTUI: " & action & " has been started. If nothing happens within a minute, " & _
        "run this in a terminal: python -m xl_addin doctor"
End Function

Private Sub StartOnWindows(ByVal tag As String)
    Dim runner As Object
    Dim files As Object
    Dim python As String
    Dim exitCode As Long
    Set runner = CreateObject("WScript.Shell")
    Set files = CreateObject("Scripting.FileSystemObject")
    python = PythonOnWindows(runner, files)
    If python = "" Then
        Tell "SyncTUI does not know which Python to start. " & INSTALL_AGAIN
    ElseIf Not files.FileExists(python) Then
        Tell "SyncTUI's Python is gone: " & python & " does not exist. " & INSTALL_AGAIN
    Else
        ' Run replaces the names of variables between percent signs, once: a sign of its own stands for each.
        runner.Environment("Process").Item(PERCENT) = "%"
        exitCode = runner.Run(WithoutVariables(WindowsCommand(python, ActionOf(tag), ActiveWorkbook.Name, _
            CStr(Application.Hwnd))), HIDDEN, WaitsFor(tag))
        If WaitsFor(tag) Then Application.StatusBar = False
        If DiedSilently(exitCode) Then
            Tell "SyncTUI's Python ended with exit code " & exitCode & ". To find out why, run this in a terminal: " & _
                WindowsArgument(python) & " -m xl_addin doctor"
        End If
    End If
End Sub

Private Function PythonOnWindows(ByVal runner As Object, ByVal files As Object) As String
    Dim path As String
    PythonOnWindows = PythonInSheet()
    path = runner.ExpandEnvironmentStrings(SETTINGS_FILE)
    If PythonOnWindows = "" And files.FileExists(path) Then
        PythonOnWindows = Trim(files.OpenTextFile(path, FOR_READING, False, UTF_16).ReadLine)
    End If
End Function

Private Sub Tell(ByVal sentence As String)
    Application.StatusBar = False
    MsgBox sentence, vbExclamation, "SyncTUI"
End Sub

' The interpreter that the add-in was built for; empty where the settings file decides.
Public Function PythonInSheet() As String
    PythonInSheet = Trim(ThisWorkbook.Worksheets(SETTINGS_SHEET).Range("B1").Value)
End Function

Public Function ActionOf(ByVal tag As String) As String
    ActionOf = Split(tag, " ")(0)
End Function

Public Function WaitsFor(ByVal tag As String) As Boolean
    WaitsFor = (tag = ActionOf(tag) & " waits")
End Function

' Whether the user was told nothing: 1 is a Python without xl_addin or a traceback; 0, 2 to 9 and CANCELLED are
' SyncTUI's own.
Public Function DiedSilently(ByVal exitCode As Long) As Boolean
    DiedSilently = (exitCode < 0) Or (exitCode = 1) Or (exitCode > 9 And exitCode <> CANCELLED)
End Function

Public Function WindowsCommand(ByVal python As String, ByVal action As String, ByVal book As String, _
        ByVal hwnd As String) As String
    WindowsCommand = WindowsArgument(python) & " -P -m xl_addin " & WindowsArgument(action) & " " & _
        WindowsArgument("--wb=" & book) & " --from_xl=1 --app= --hwnd=" & hwnd
End Function

' Within quotes, as C programs on Windows split their command line: backslashes before a quote are doubled.
Public Function WindowsArgument(ByVal text As String) As String
    Dim position As Long
    Dim backslashes As Long
    Dim character As String
    For position = 1 To Len(text)
        character = Mid(text, position, 1)
        If character = "\" Then
            backslashes = backslashes + 1
        Else
            If character = """" Then WindowsArgument = WindowsArgument & String(backslashes + 1, "\")
            backslashes = 0
        End If
        WindowsArgument = WindowsArgument & character
    Next
    WindowsArgument = """" & WindowsArgument & String(backslashes, "\") & """"
End Function

Public Function WithoutVariables(ByVal commandLine As String) As String
    WithoutVariables = Replace(commandLine, "%", "%" & PERCENT & "%")
End Function

' Arguments by line; the script quotes each one and puts the interpreter before them.
Public Function MacMessage(ByVal action As String, ByVal book As String) As String
    Dim title As String
    title = Replace(Replace(book, vbCr, " "), vbLf, " ")
    MacMessage = Join(Array(action, "--wb=" & title, "--from_xl=1", "--app=", "--hwnd="), vbLf)
End Function
