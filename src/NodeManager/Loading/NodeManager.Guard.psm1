# Runs before anything else of the module is loaded. The copy that the process holds decides about another one; see SecondCopy.
$refuse = [AppContext]::GetData('NodeManager.SecondCopy')
if ($refuse -and ($problem = $refuse.Invoke($PSScriptRoot))) { throw $problem }
