Attribute VB_Name = "SyncTUIRibbon"
Option Explicit

' What the buttons of the ribbon call. A button's tag says what it does, so that a new button needs no VBA.

Public Sub OnButton(control As IRibbonControl)
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open a workbook first.", vbInformation, "SyncTUI"
    Else
        StartButton control.Tag
    End If
End Sub
