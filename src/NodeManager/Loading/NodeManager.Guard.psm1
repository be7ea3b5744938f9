# Runs before anything else of the module is loaded. A copy in this process decides about another one.
# Without such a copy, nothing here has a type or a method: PowerShell would load and compile what calls one, for a quarter of the import.
if ($env:NODEMANAGER_LOADED -eq $PID) { Import-Module "$PSScriptRoot/NodeManager.SecondCopy.psm1" }
