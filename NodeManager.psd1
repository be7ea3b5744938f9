@{
    RootModule           = 'bin/NodeManager.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6a4c1b7e-52a5-4c9e-9d0e-3f0f5b8d2c11'
    Author               = 'NodeManager contributors'
    CompanyName          = 'NodeManager'
    Copyright            = '(c) NodeManager contributors. MIT License.'
    Description          = 'Node operations for Kubernetes: see nodes and what runs on them, label, taint, cordon and drain them, on any cluster and on an embedded one that needs nothing installed.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    # The guard refuses a second copy of the module in one process. The types are nested to come after it.
    NestedModules        = @('bin/NodeManager.Guard.psm1', 'bin/NodeManager.Types.psd1')
    FormatsToProcess     = @('bin/NodeManager.Format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Backup-SchedulerConfiguration'
        'Clear-SandboxFault'
        'Compare-SchedulerConfiguration'
        'Connect-NodeManager'
        'Disable-SchedulerPlugin'
        'Disconnect-NodeManager'
        'Enable-SchedulerPlugin'
        'Export-NodeDrainReport'
        'Export-NodeMaintenanceReport'
        'Export-Sandbox'
        'Get-ClusterNode'
        'Get-ClusterStatistic'
        'Get-NodeDrainPlan'
        'Get-NodeMaintenance'
        'Get-NodeManagerConfiguration'
        'Get-NodeManagerSession'
        'Get-NodePod'
        'Get-NodeUsage'
        'Get-SandboxFault'
        'Get-SchedulerConfiguration'
        'Get-SchedulerConfigurationBackup'
        'Get-SchedulerCounter'
        'Get-SchedulerPlugin'
        'Get-SchedulerPluginDefinition'
        'Get-SchedulerTemplate'
        'Import-Sandbox'
        'Invoke-NodeDrain'
        'Invoke-NodeMaintenance'
        'Measure-SchedulerPlugin'
        'New-Sandbox'
        'Register-SchedulerPlugin'
        'Remove-NodeAnnotation'
        'Remove-NodeLabel'
        'Remove-NodeMaintenance'
        'Remove-NodeTaint'
        'Restart-Scheduler'
        'Restore-SchedulerConfiguration'
        'Resume-NodeScheduling'
        'Select-ClusterNode'
        'Select-NodeManagerSession'
        'Set-NodeAnnotation'
        'Set-NodeLabel'
        'Set-NodeManagerConfiguration'
        'Set-NodeTaint'
        'Set-SandboxFault'
        'Set-SchedulerConfiguration'
        'Set-SchedulerPlugin'
        'Stop-NodeMaintenance'
        'Suspend-NodeScheduling'
        'Test-SchedulerConfiguration'
        'Test-SchedulerHealth'
        'Unregister-ClusterNode'
        'Unregister-SchedulerPlugin'
        'Wait-ClusterNode'
        'Watch-ClusterNode'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = @('Kubernetes', 'Node', 'Drain', 'Cordon', 'Operations', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
