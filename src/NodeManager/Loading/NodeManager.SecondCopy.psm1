# See SecondCopy.cs.
$refuse = [AppContext]::GetData('NodeManager.SecondCopy')
if ($refuse -and ($problem = $refuse.Invoke($PSScriptRoot))) { throw $problem }
