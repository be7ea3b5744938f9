namespace NodeManager;

/// <summary>The ErrorIds that scripts rely on. Adding is fine, renaming breaks users.</summary>
public static class ErrorIds
{
    // Loading
    public const string ModuleAlreadyLoaded = nameof(ModuleAlreadyLoaded);

    // Connection and configuration
    public const string KubeconfigNotFound = nameof(KubeconfigNotFound);
    public const string KubeconfigInvalid = nameof(KubeconfigInvalid);
    public const string ContextNotFound = nameof(ContextNotFound);
    public const string ContextIncomplete = nameof(ContextIncomplete);
    public const string CredentialUnsupported = nameof(CredentialUnsupported);
    public const string CredentialPluginFailed = nameof(CredentialPluginFailed);
    public const string CertificateExpired = nameof(CertificateExpired);
    public const string CertificateUntrusted = nameof(CertificateUntrusted);
    public const string CertificateInvalid = nameof(CertificateInvalid);
    public const string ServerUnreachable = nameof(ServerUnreachable);
    public const string NotConnected = nameof(NotConnected);
    public const string NotInCluster = nameof(NotInCluster);
    public const string SessionClosed = nameof(SessionClosed);
    public const string SessionNotFound = nameof(SessionNotFound);
    public const string SessionAmbiguous = nameof(SessionAmbiguous);
    public const string PortUnavailable = nameof(PortUnavailable);
    public const string ConfigurationFileInvalid = nameof(ConfigurationFileInvalid);
    public const string ConfigurationFileUnreadable = nameof(ConfigurationFileUnreadable);
    public const string ConfigurationValueInvalid = nameof(ConfigurationValueInvalid);

    // Answers of the server
    public const string Unauthorized = nameof(Unauthorized);
    public const string Forbidden = nameof(Forbidden);
    public const string NotFound = nameof(NotFound);
    public const string AlreadyExists = nameof(AlreadyExists);
    public const string Conflict = nameof(Conflict);
    public const string Invalid = nameof(Invalid);
    public const string Expired = nameof(Expired);
    public const string TooManyRequests = nameof(TooManyRequests);
    public const string ServerTimeout = nameof(ServerTimeout);
    public const string ServerError = nameof(ServerError);
    public const string UnexpectedAnswer = nameof(UnexpectedAnswer);

    // Machines and their providers
    public const string AutoscalerNotInstalled = nameof(AutoscalerNotInstalled);
    public const string NodeProviderNotFound = nameof(NodeProviderNotFound);
    public const string NodeProviderInUse = nameof(NodeProviderInUse);
    public const string NodeProviderUnusable = nameof(NodeProviderUnusable);
    public const string ProviderAssemblyInvalid = nameof(ProviderAssemblyInvalid);
    public const string MachineNotFound = nameof(MachineNotFound);
    public const string MachineRefused = nameof(MachineRefused);
    public const string MachineHasClaim = nameof(MachineHasClaim);
    public const string MachineCapacityMissing = nameof(MachineCapacityMissing);
    public const string MachineOperationFailed = nameof(MachineOperationFailed);

    // Nodes
    public const string NodeNotFound = nameof(NodeNotFound);
    public const string NodeReplaced = nameof(NodeReplaced);
    public const string InvalidNodeName = nameof(InvalidNodeName);
    public const string InvalidLabelKey = nameof(InvalidLabelKey);
    public const string InvalidLabelValue = nameof(InvalidLabelValue);
    public const string InvalidAnnotationKey = nameof(InvalidAnnotationKey);
    public const string InvalidAnnotationValue = nameof(InvalidAnnotationValue);
    public const string InvalidTaint = nameof(InvalidTaint);
    public const string InvalidSelector = nameof(InvalidSelector);
    public const string InvalidDuration = nameof(InvalidDuration);
    public const string InvalidCondition = nameof(InvalidCondition);
    public const string InvalidQuantity = nameof(InvalidQuantity);
    public const string ManifestInvalid = nameof(ManifestInvalid);
    public const string NoNodeFits = nameof(NoNodeFits);
    public const string ValueExists = nameof(ValueExists);
    public const string TaintOwnedByController = nameof(TaintOwnedByController);
    public const string NodeHoldsPods = nameof(NodeHoldsPods);
    public const string WaitTimeout = nameof(WaitTimeout);
    public const string MetricsDisabled = nameof(MetricsDisabled);
    public const string MetricsUnavailable = nameof(MetricsUnavailable);

    // Drain
    public const string DrainRefused = nameof(DrainRefused);
    public const string DrainTimeout = nameof(DrainTimeout);
    public const string EvictionBlocked = nameof(EvictionBlocked);
    public const string EvictionFailed = nameof(EvictionFailed);
    public const string PodStuckTerminating = nameof(PodStuckTerminating);
    public const string DisruptionControllerDown = nameof(DisruptionControllerDown);
    public const string EvictionApiMissing = nameof(EvictionApiMissing);
    public const string ForceAmbiguous = nameof(ForceAmbiguous);
    public const string NodeDeleted = nameof(NodeDeleted);
    public const string ReplacementStuck = nameof(ReplacementStuck);
    public const string ReportExists = nameof(ReportExists);
    public const string ReportNotWritten = nameof(ReportNotWritten);

    // Maintenance
    public const string InvalidMaxUnavailable = nameof(InvalidMaxUnavailable);
    public const string InvalidWindow = nameof(InvalidWindow);
    public const string MaintenanceConflict = nameof(MaintenanceConflict);
    public const string MaintenanceNotFound = nameof(MaintenanceNotFound);
    public const string MaintenanceInvalid = nameof(MaintenanceInvalid);
    public const string MaintenanceBlocked = nameof(MaintenanceBlocked);
    public const string MaintenanceFailed = nameof(MaintenanceFailed);
    public const string MaintenanceTakenOver = nameof(MaintenanceTakenOver);
    public const string MaintenanceLeaseNotRenewed = nameof(MaintenanceLeaseNotRenewed);
    public const string MaintenanceStopped = nameof(MaintenanceStopped);
    public const string MaintenanceAlive = nameof(MaintenanceAlive);
    public const string NodeInMaintenance = nameof(NodeInMaintenance);

    // Alerts
    public const string AlertSinkInvalid = nameof(AlertSinkInvalid);
    public const string AlertStateInUse = nameof(AlertStateInUse);
    public const string AlertStateUnreadable = nameof(AlertStateUnreadable);
    public const string MonitorInvalid = nameof(MonitorInvalid);

    // Node pools
    public const string NodePoolNotFound = nameof(NodePoolNotFound);
    public const string NodePoolExists = nameof(NodePoolExists);
    public const string NodePoolAmbiguous = nameof(NodePoolAmbiguous);
    public const string NodePoolInvalid = nameof(NodePoolInvalid);
    public const string NodePoolFieldUnsupported = nameof(NodePoolFieldUnsupported);
    public const string NodePoolCreateUnknown = nameof(NodePoolCreateUnknown);
    public const string NodePoolFailed = nameof(NodePoolFailed);
    public const string PoolClusterNotFound = nameof(PoolClusterNotFound);
    public const string PoolClusterAmbiguous = nameof(PoolClusterAmbiguous);
    public const string PoolClusterMismatch = nameof(PoolClusterMismatch);
    public const string PoolServiceNotConfigured = nameof(PoolServiceNotConfigured);
    public const string PoolServiceInvalid = nameof(PoolServiceInvalid);

    // Autoscaler
    public const string NodeClaimNotFound = nameof(NodeClaimNotFound);
    public const string AutoscalerRunning = nameof(AutoscalerRunning);
    public const string AutoscalerNotSettled = nameof(AutoscalerNotSettled);

    // Sandbox
    public const string NotASandbox = nameof(NotASandbox);
    public const string SandboxFaultInvalid = nameof(SandboxFaultInvalid);
    public const string SandboxFaultNotFound = nameof(SandboxFaultNotFound);
    public const string SandboxCopyInvalid = nameof(SandboxCopyInvalid);
    public const string SandboxFileExists = nameof(SandboxFileExists);
    public const string SandboxFileNotFound = nameof(SandboxFileNotFound);
    public const string SandboxFileNotWritten = nameof(SandboxFileNotWritten);
    public const string SandboxFileDamaged = nameof(SandboxFileDamaged);

    // Scheduler
    public const string SchedulerConfigurationInvalid = nameof(SchedulerConfigurationInvalid);
    public const string SchedulerConfigurationNotFound = nameof(SchedulerConfigurationNotFound);
    public const string SchedulerEditRefused = nameof(SchedulerEditRefused);
    public const string SchedulerProfileNotFound = nameof(SchedulerProfileNotFound);
    public const string SchedulerPluginUnknown = nameof(SchedulerPluginUnknown);
    public const string SchedulerExtensionPointInvalid = nameof(SchedulerExtensionPointInvalid);
    public const string SchedulerFileNotWritten = nameof(SchedulerFileNotWritten);
    public const string SchedulerReleaseInvalid = nameof(SchedulerReleaseInvalid);
    public const string SchedulerArgumentInvalid = nameof(SchedulerArgumentInvalid);
    public const string SchedulerPassphraseInvalid = nameof(SchedulerPassphraseInvalid);
    public const string SchedulerPassphraseWrong = nameof(SchedulerPassphraseWrong);
    public const string SchedulerBackupDamaged = nameof(SchedulerBackupDamaged);
    public const string SchedulerDefinitionInvalid = nameof(SchedulerDefinitionInvalid);
    public const string SchedulerDefinitionNotFound = nameof(SchedulerDefinitionNotFound);
    public const string SchedulerTemplateInvalid = nameof(SchedulerTemplateInvalid);
    public const string SchedulerTemplateNotFound = nameof(SchedulerTemplateNotFound);
    public const string SchedulerMetricsUnavailable = nameof(SchedulerMetricsUnavailable);
    public const string SchedulerNotFound = nameof(SchedulerNotFound);
    public const string SchedulerAmbiguous = nameof(SchedulerAmbiguous);
    public const string SchedulerConfigurationImmutable = nameof(SchedulerConfigurationImmutable);
    public const string SchedulerRevisionNotFound = nameof(SchedulerRevisionNotFound);
    public const string SchedulerNotRunning = nameof(SchedulerNotRunning);
    public const string SchedulerRestartFailed = nameof(SchedulerRestartFailed);

    // The autoscaler
    public const string PodNotFound = nameof(PodNotFound);
}
