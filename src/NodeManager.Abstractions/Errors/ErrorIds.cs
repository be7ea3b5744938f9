namespace NodeManager;

/// <summary>The ErrorIds that scripts rely on. Adding is fine, renaming breaks users.</summary>
/// <remarks>
/// The summary of an id is its cause, the remarks are what to do. docs/reference/errors.md is generated from them, by ./build.ps1 -Task Reference or
/// ./build.ps1 -Task Docs; a test compares the two.
/// </remarks>
public static class ErrorIds
{
    // Loading
    /// <summary>This process has already loaded another copy or version of the module.</summary><remarks>Start a new PowerShell process, or import the copy that is loaded.</remarks>
    public const string ModuleAlreadyLoaded = nameof(ModuleAlreadyLoaded);

    // Connection and configuration
    /// <summary>No kubeconfig file exists at the place that was searched.</summary><remarks>Specify a file with -Kubeconfig, or set KUBECONFIG.</remarks>
    public const string KubeconfigNotFound = nameof(KubeconfigNotFound);

    /// <summary>A kubeconfig or a file that it names cannot be read or contains an invalid value. The message names the line or the field.</summary><remarks>Correct the file.</remarks>
    public const string KubeconfigInvalid = nameof(KubeconfigInvalid);

    /// <summary>The kubeconfig has no context of this name.</summary><remarks>Use one of the contexts that the message lists.</remarks>
    public const string ContextNotFound = nameof(ContextNotFound);

    /// <summary>No current context is set, or the context names a cluster or user that is missing.</summary><remarks>Specify a context, or complete the kubeconfig.</remarks>
    public const string ContextIncomplete = nameof(ContextIncomplete);

    /// <summary>The kubeconfig asks for a way to sign in that is not supported, such as auth-provider, or an impersonation is incomplete.</summary><remarks>Use the exec plugin of your provider, or correct the names to impersonate.</remarks>
    public const string CredentialUnsupported = nameof(CredentialUnsupported);

    /// <summary>The exec plugin is missing, failed, or returned no usable credential. The message contains its output.</summary><remarks>Run the plugin manually, sign in with the provider, then connect again.</remarks>
    public const string CredentialPluginFailed = nameof(CredentialPluginFailed);

    /// <summary>The certificate of the server or of the user has expired or is not valid yet.</summary><remarks>Renew the certificate, and check the clock of this machine.</remarks>
    public const string CertificateExpired = nameof(CertificateExpired);

    /// <summary>The server's certificate is not signed by the configured certificate authority, or does not contain the name of the server.</summary><remarks>Set certificate-authority-data or tls-server-name. If you do not recognize the issuer, do not continue.</remarks>
    public const string CertificateUntrusted = nameof(CertificateUntrusted);

    /// <summary>A certificate or a key cannot be read, or they do not match.</summary><remarks>Correct the fields that the message names.</remarks>
    public const string CertificateInvalid = nameof(CertificateInvalid);

    /// <summary>The API server, the proxy in front of it, or another service does not answer.</summary><remarks>Check the address, the network, VPN, firewall and proxy settings.</remarks>
    public const string ServerUnreachable = nameof(ServerUnreachable);

    /// <summary>This runspace has no current session.</summary><remarks>Connect with Connect-NodeManager, or specify -Session.</remarks>
    public const string NotConnected = nameof(NotConnected);

    /// <summary>-InCluster was used outside of a pod, or in a pod without a ServiceAccount token.</summary><remarks>Use a kubeconfig, or mount the ServiceAccount.</remarks>
    public const string NotInCluster = nameof(NotInCluster);

    /// <summary>The session was disconnected.</summary><remarks>Connect again.</remarks>
    public const string SessionClosed = nameof(SessionClosed);

    /// <summary>No session is connected to the cluster that was named, or that an input object comes from.</summary><remarks>Connect to that cluster, or pass names instead of objects.</remarks>
    public const string SessionNotFound = nameof(SessionNotFound);

    /// <summary>More than one connected session matches.</summary><remarks>Specify the id of the session with -Session.</remarks>
    public const string SessionAmbiguous = nameof(SessionAmbiguous);

    /// <summary>A cmdlet received both names and pipeline input.</summary><remarks>Use either -Name or the pipeline.</remarks>
    public const string InputAmbiguous = nameof(InputAmbiguous);

    /// <summary>An input object comes from another cluster of the same name: the UIDs of the two namespaces kube-system differ.</summary><remarks>Connect to the cluster of the input, or pass names instead of objects.</remarks>
    public const string WrongCluster = nameof(WrongCluster);

    /// <summary>It is not certain which cluster the input of a change comes from. The input or the session has no ClusterUid, and the input has no UID of a node.</summary><remarks>Read the objects again, or specify the session with -Session.</remarks>
    public const string ClusterUnverified = nameof(ClusterUnverified);

    /// <summary>A change of a protected cluster was neither confirmed at a prompt nor by the name of the cluster. -Confirm:$false and -Force do not confirm it.</summary><remarks>Specify -ConfirmCluster with the name of the cluster; for the REST API, the header X-Confirm-Cluster; for agents, confirmCluster.</remarks>
    public const string ProtectedCluster = nameof(ProtectedCluster);

    /// <summary>The port for the embedded cluster or the server is in use, or cannot be opened.</summary><remarks>Use another port, or 0 for a free port.</remarks>
    public const string PortUnavailable = nameof(PortUnavailable);

    /// <summary>A project file (nodemanager.json) in the current folder or above it belongs to another user, or other users can change it or its folder.</summary><remarks>Make the file and its folder yours and writable only for you, or work in another folder.</remarks>
    public const string ConfigurationFileUntrusted = nameof(ConfigurationFileUntrusted);

    /// <summary>A configuration file contains an invalid value. The message names file, line and field.</summary><remarks>Correct the file.</remarks>
    public const string ConfigurationFileInvalid = nameof(ConfigurationFileInvalid);

    /// <summary>A configuration file cannot be read or written.</summary><remarks>Check that the file exists, and your permissions.</remarks>
    public const string ConfigurationFileUnreadable = nameof(ConfigurationFileUnreadable);

    /// <summary>A configuration value is out of its range, or values contradict each other.</summary><remarks>Correct the value. Get-NodeManagerConfiguration -Show lists values and sources.</remarks>
    public const string ConfigurationValueInvalid = nameof(ConfigurationValueInvalid);

    // Answers of servers
    /// <summary>The server does not accept the credentials, for example because a token expired.</summary><remarks>Sign in again or renew the credentials, then connect again.</remarks>
    public const string Unauthorized = nameof(Unauthorized);

    /// <summary>Permission denied. The message names the verb and the resource.</summary><remarks>Ask for a role that grants them; deploy/rbac.yaml has roles that fit.</remarks>
    public const string Forbidden = nameof(Forbidden);

    /// <summary>The object does not exist, or the server does not serve this API.</summary><remarks>Check the name, the namespace and the version of the server.</remarks>
    public const string NotFound = nameof(NotFound);

    /// <summary>An object of this name already exists.</summary><remarks>Use another name, or change the existing object.</remarks>
    public const string AlreadyExists = nameof(AlreadyExists);

    /// <summary>Another client changed the object, and repeating the change did not help.</summary><remarks>Read the object, then run the command again.</remarks>
    public const string Conflict = nameof(Conflict);

    /// <summary>The server or the service refuses a value. The message names it.</summary><remarks>Correct the value.</remarks>
    public const string Invalid = nameof(Invalid);

    /// <summary>The server no longer has the resourceVersion that was requested.</summary><remarks>Run the command again.</remarks>
    public const string Expired = nameof(Expired);

    /// <summary>The server refuses requests because of its load or a limit, also after retries.</summary><remarks>Wait, lower -ThrottleLimit, and run the command again.</remarks>
    public const string TooManyRequests = nameof(TooManyRequests);

    /// <summary>The server did not answer in time. The change may have been applied.</summary><remarks>Check the object before you retry.</remarks>
    public const string ServerTimeout = nameof(ServerTimeout);

    /// <summary>The server failed to process the request, also after retries.</summary><remarks>Retry later. The log of the server has the cause.</remarks>
    public const string ServerError = nameof(ServerError);

    /// <summary>The answer does not come from a Kubernetes API server, or not from the service that was expected.</summary><remarks>Check the address, and whether a proxy or a login page answers instead.</remarks>
    public const string UnexpectedAnswer = nameof(UnexpectedAnswer);

    // Machines and their providers
    /// <summary>The cluster does not serve the autoscaler's resources.</summary><remarks>Run Install-NodeAutoscaler.</remarks>
    public const string AutoscalerNotInstalled = nameof(AutoscalerNotInstalled);

    /// <summary>No NodeSmithProvider of this name exists.</summary><remarks>List the providers with Get-NodeProvider; -Namespace selects another namespace.</remarks>
    public const string NodeProviderNotFound = nameof(NodeProviderNotFound);

    /// <summary>Node pools or claims refer to the provider. The message names them.</summary><remarks>Remove them, or let the pools refer to another provider.</remarks>
    public const string NodeProviderInUse = nameof(NodeProviderInUse);

    /// <summary>The provider's type is unknown, its Secret or a key is missing, or a setting is not valid.</summary><remarks>Run Test-NodeProvider, then correct the provider with Set-NodeProvider.</remarks>
    public const string NodeProviderUnusable = nameof(NodeProviderUnusable);

    /// <summary>The file does not exist, is not a .NET assembly, or declares no provider.</summary><remarks>Check the path; docs/guides/write-a-provider.md shows what an assembly needs.</remarks>
    public const string ProviderAssemblyInvalid = nameof(ProviderAssemblyInvalid);

    /// <summary>No provider that was asked has a machine of this name.</summary><remarks>List the machines with Get-Machine.</remarks>
    public const string MachineNotFound = nameof(MachineNotFound);

    /// <summary>A machine's id, name, tag and claim do not all match. The machine was not changed.</summary><remarks>Check the machine in the provider's own interface.</remarks>
    public const string MachineRefused = nameof(MachineRefused);

    /// <summary>A NodeSmithClaim owns the machine.</summary><remarks>Remove the claim with Remove-NodeClaim, which drains the node first.</remarks>
    public const string MachineHasClaim = nameof(MachineHasClaim);

    /// <summary>The provider has no host with room, no free id, or no idle server.</summary><remarks>Free capacity, or request less.</remarks>
    public const string MachineCapacityMissing = nameof(MachineCapacityMissing);

    /// <summary>The provider is unreachable, refuses the credentials, or failed.</summary><remarks>Run Test-NodeProvider, then run the command again to continue.</remarks>
    public const string MachineOperationFailed = nameof(MachineOperationFailed);

    // Servers that PowerShell starts
    /// <summary>The folder of the module does not contain the server.</summary><remarks>Install the module again. In a clone of the repository, build src/NodeManager.Server.</remarks>
    public const string ServerProgramNotFound = nameof(ServerProgramNotFound);

    /// <summary>No .NET installation of this machine has the ASP.NET Core runtime that the server needs.</summary><remarks>Install the ASP.NET Core runtime 10.0 from https://dotnet.microsoft.com/download/dotnet/10.0, or set DOTNET_ROOT.</remarks>
    public const string AspNetCoreNotFound = nameof(AspNetCoreNotFound);

    /// <summary>The server process cannot be started, ended before it served, or did not answer in time. The message contains its last output.</summary><remarks>Fix what the message names, or allow more time with -Timeout.</remarks>
    public const string ServerStartFailed = nameof(ServerStartFailed);

    /// <summary>The log file of a server cannot be written.</summary><remarks>Specify a file in a folder that exists and that you may write to.</remarks>
    public const string ServerLogUnavailable = nameof(ServerLogUnavailable);

    /// <summary>The server has ended or does not answer.</summary><remarks>Start another one with Start-NodeManagerServer.</remarks>
    public const string ServerEnded = nameof(ServerEnded);

    /// <summary>This process has started no server with this port or id.</summary><remarks>List the servers with Get-NodeManagerServer.</remarks>
    public const string ManagedServerNotFound = nameof(ManagedServerNotFound);

    // Plans of agents
    /// <summary>The address is neither HTTPS nor an address of this computer, so others on the network could read the token.</summary><remarks>Use the HTTPS address of the server, or run the command where the server runs.</remarks>
    public const string AgentServerInvalid = nameof(AgentServerInvalid);

    /// <summary>The server has no plan with this id. A restart of the server ends all plans.</summary><remarks>List the plans with Get-NodeAgentPlan.</remarks>
    public const string AgentPlanNotFound = nameof(AgentPlanNotFound);

    /// <summary>The plan was approved, denied or applied already, or has expired.</summary><remarks>Have the agent request a new plan.</remarks>
    public const string AgentPlanNotPending = nameof(AgentPlanNotPending);

    /// <summary>The token is used by an agent, and agents cannot decide about plans.</summary><remarks>Use an admin token that no agent uses.</remarks>
    public const string AgentPlanSelfApproval = nameof(AgentPlanSelfApproval);

    /// <summary>An agent tried to apply a plan that no person has approved, or that was applied, denied or has expired.</summary><remarks>Approve the plan with Approve-NodeAgentPlan or in the console.</remarks>
    public const string AgentPlanNotApproved = nameof(AgentPlanNotApproved);

    /// <summary>The objects of the plan have changed since it was requested. The message lists the nodes that already have the change, if there are any.</summary><remarks>Have the agent request a new plan.</remarks>
    public const string AgentPlanOutdated = nameof(AgentPlanOutdated);

    /// <summary>The change that an agent requested is incomplete, names too many nodes, or sets a NoExecute taint, which would delete pods without respecting PodDisruptionBudgets. No plan was made.</summary><remarks>Correct what the message names; to evict pods, request a drain.</remarks>
    public const string AgentChangeInvalid = nameof(AgentChangeInvalid);

    // The server
    /// <summary>The file of --cert or --key is missing, is not PEM, or key and certificate do not match.</summary><remarks>Give the PEM file of a certificate with --cert, and that of its key with --key.</remarks>
    public const string CertificateUnreadable = nameof(CertificateUnreadable);

    /// <summary>The file of --audit-file cannot be created or written, or another server writes to it.</summary><remarks>Give --audit-file a path in an existing folder that the server can write to, and each server a separate file.</remarks>
    public const string AuditFileUnavailable = nameof(AuditFileUnavailable);

    /// <summary>A file of --session-key, --oidc-ca or --oidc-client-secret-file is missing, is not readable, or is not valid.</summary><remarks>Give --session-key a file of 32 random bytes or more, --oidc-ca a PEM file, and --oidc-client-secret-file a file with the secret.</remarks>
    public const string SignInFileUnreadable = nameof(SignInFileUnreadable);

    /// <summary>The API server did not answer a TokenReview or SubjectAccessReview. The server refused the request.</summary><remarks>Bind the ClusterRole system:auth-delegator to the ServiceAccount of the server.</remarks>
    public const string AccessReviewFailed = nameof(AccessReviewFailed);

    // Nodes
    /// <summary>The cluster has no node of this name.</summary><remarks>List the nodes with Get-ClusterNode, and check the cluster of the session.</remarks>
    public const string NodeNotFound = nameof(NodeNotFound);

    /// <summary>The input has the UID of another node: a node of this name registered again. Nothing was changed.</summary><remarks>Read the node again with Get-ClusterNode, and pass that object.</remarks>
    public const string NodeReplaced = nameof(NodeReplaced);

    /// <summary>The text is not a valid node name.</summary><remarks>Correct the name; the message has the rule.</remarks>
    public const string InvalidNodeName = nameof(InvalidNodeName);

    /// <summary>The text is not a valid label key, or not a known group.</summary><remarks>Correct the key; the message has the rule.</remarks>
    public const string InvalidLabelKey = nameof(InvalidLabelKey);

    /// <summary>The value is null or not a valid label value.</summary><remarks>Correct the value; write '' for an empty value.</remarks>
    public const string InvalidLabelValue = nameof(InvalidLabelValue);

    /// <summary>The text is not a valid annotation key.</summary><remarks>Correct the key; the message has the rule.</remarks>
    public const string InvalidAnnotationKey = nameof(InvalidAnnotationKey);

    /// <summary>The annotation's value is null.</summary><remarks>Write '' for an empty value.</remarks>
    public const string InvalidAnnotationValue = nameof(InvalidAnnotationValue);

    /// <summary>The key, value or effect is not valid in a taint.</summary><remarks>Correct it; the message has the rule.</remarks>
    public const string InvalidTaint = nameof(InvalidTaint);

    /// <summary>The selector or wildcard cannot be parsed. The message shows where.</summary><remarks>Correct it there.</remarks>
    public const string InvalidSelector = nameof(InvalidSelector);

    /// <summary>The duration cannot be parsed, or is out of its range.</summary><remarks>Write a number of seconds, or a text such as 45s, 5m or 1h30m.</remarks>
    public const string InvalidDuration = nameof(InvalidDuration);

    /// <summary>The text is not a condition that can be waited for or written.</summary><remarks>Write Ready or TYPE=STATUS.</remarks>
    public const string InvalidCondition = nameof(InvalidCondition);

    /// <summary>The text is not a valid amount of a resource.</summary><remarks>Write a number of zero or more, or a quantity such as 500m or 4Gi.</remarks>
    public const string InvalidQuantity = nameof(InvalidQuantity);

    /// <summary>A manifest cannot be read, or does not contain the kind that is needed.</summary><remarks>Correct the manifest; the message names the place.</remarks>
    public const string ManifestInvalid = nameof(ManifestInvalid);

    /// <summary>No node is eligible for the request. The message counts the reasons.</summary><remarks>Use -Explain to list the reasons for each node.</remarks>
    public const string NoNodeFits = nameof(NoNodeFits);

    /// <summary>The label, annotation or taint has another value. The node was not changed.</summary><remarks>Add -Overwrite.</remarks>
    public const string ValueExists = nameof(ValueExists);

    /// <summary>A controller owns the taint and would restore it.</summary><remarks>Change the condition or field that causes the taint. The message names it.</remarks>
    public const string TaintOwnedByController = nameof(TaintOwnedByController);

    /// <summary>The node still has pods. The message names some of them.</summary><remarks>Drain the node first, or specify -IncludePod.</remarks>
    public const string NodeHoldsPods = nameof(NodeHoldsPods);

    /// <summary>No pod has the name, or another pod has it now.</summary><remarks>Check the name; namespace/name selects a namespace.</remarks>
    public const string PodNotFound = nameof(PodNotFound);

    /// <summary>A container of the pod has no log, or its node does not answer.</summary><remarks>The message contains the state of the pod, or the answer of the kubelet.</remarks>
    public const string PodLogUnavailable = nameof(PodLogUnavailable);

    /// <summary>A kubelet does not answer log queries, refuses one, or has no such log.</summary><remarks>The message contains its answer. Check the name of the service, the kubelet's configuration and the permission.</remarks>
    public const string NodeLogUnavailable = nameof(NodeLogUnavailable);

    /// <summary>The state did not occur within -Timeout. The message contains the current state.</summary><remarks>Check the object, or use a longer -Timeout.</remarks>
    public const string WaitTimeout = nameof(WaitTimeout);

    /// <summary>The session's configuration turns the metrics API off.</summary><remarks>Run Set-NodeManagerConfiguration -MetricsEnabled $true.</remarks>
    public const string MetricsDisabled = nameof(MetricsDisabled);

    /// <summary>A recommendation was piped to a command that acts, and the session's configuration does not allow actions on thresholds.</summary><remarks>Run Set-NodeManagerConfiguration -EnableAutoScaling $true, or name the nodes.</remarks>
    public const string AutoScalingDisabled = nameof(AutoScalingDisabled);

    /// <summary>The cluster does not serve metrics.k8s.io, or the API answers 503.</summary><remarks>Install metrics-server, or check its pods and its APIService.</remarks>
    public const string MetricsUnavailable = nameof(MetricsUnavailable);

    // Commands on nodes
    /// <summary>The configuration names no image for pods that run commands on nodes.</summary><remarks>Set nodeCommandImage to an image by digest, with nsenter in its PATH.</remarks>
    public const string NodeCommandImageMissing = nameof(NodeCommandImageMissing);

    /// <summary>The namespace for pods that run commands on nodes does not exist.</summary><remarks>Apply deploy/node-shell.yaml, or set nodeCommandNamespace to a namespace that allows privileged pods.</remarks>
    public const string NodeCommandNamespaceMissing = nameof(NodeCommandNamespaceMissing);

    /// <summary>A command, an id or a timeout is not valid for a command on a node, or the node runs Windows.</summary><remarks>Correct the value that the message names.</remarks>
    public const string NodeCommandInvalid = nameof(NodeCommandInvalid);

    /// <summary>A command on a node ended with an exit code other than 0.</summary><remarks>Read Output of the result. The command is not repeated.</remarks>
    public const string NodeCommandFailed = nameof(NodeCommandFailed);

    /// <summary>A command on a node did not end within its timeout, and was ended.</summary><remarks>Check the node, then run the command with a longer -Timeout.</remarks>
    public const string NodeCommandTimedOut = nameof(NodeCommandTimedOut);

    /// <summary>The kubelet rejected the pod of a command, or its container did not start. The command did not run.</summary><remarks>The message contains the reason: often the image, its registry, or a kubelet that does not report.</remarks>
    public const string NodeCommandNotStarted = nameof(NodeCommandNotStarted);

    /// <summary>A command may have run, and its result is unknown: its pod was deleted, or its node restarted or does not report.</summary><remarks>Check on the node what was done before you run the command again.</remarks>
    public const string NodeCommandLost = nameof(NodeCommandLost);

    /// <summary>This process has no terminal, or the containers of the node cannot be entered. No shell was opened.</summary><remarks>Use Enter-ClusterNode in a terminal, and Invoke-NodeCommand in scripts.</remarks>
    public const string NodeShellUnavailable = nameof(NodeShellUnavailable);

    /// <summary>A shell on a node ended with its connection or its pod. The commands that it was running were ended.</summary><remarks>Check the node with Test-NodeHealth, then open another shell. For long work, use Invoke-NodeCommand.</remarks>
    public const string NodeShellLost = nameof(NodeShellLost);

    // Drain
    /// <summary>The drain would lose data or unmanaged pods, or a permission is missing. No pod was evicted.</summary><remarks>Read Blockers: it names the pods with the parameter for each, or the permission.</remarks>
    public const string DrainRefused = nameof(DrainRefused);

    /// <summary>The drain timed out for a reason other than a PDB or a pod, such as a volume that is not detached. The node stays cordoned.</summary><remarks>Read Blockers of the result, then run the drain again to continue.</remarks>
    public const string DrainTimeout = nameof(DrainTimeout);

    /// <summary>Another client canceled the drain: it uncordoned the node, or canceled the operation that works on it. Evicted pods stay evicted.</summary><remarks>CancelReason of the result names the cause. To drain the node, run the command again.</remarks>
    public const string DrainCalledOff = nameof(DrainCalledOff);

    /// <summary>Another operation works on the node, and did not end within the timeout. The message names the operation and its holder.</summary><remarks>Wait until it ends, or cancel it with Resume-NodeScheduling.</remarks>
    public const string NodeBusy = nameof(NodeBusy);

    /// <summary>A PDB allowed no further eviction within the timeout, or, with -Once, at the only attempt. The node stays cordoned.</summary><remarks>Scale the workload, change the PDB or use -Surge, then run the drain again.</remarks>
    public const string EvictionBlocked = nameof(EvictionBlocked);

    /// <summary>The server refused an eviction for a reason other than a PDB.</summary><remarks>Read Reason of the result's pods, then run the drain again.</remarks>
    public const string EvictionFailed = nameof(EvictionFailed);

    /// <summary>A pod did not terminate within the timeout. The node stays cordoned.</summary><remarks>Repair the node, or use -SkipWaitForDeleteTimeout; then run the drain again.</remarks>
    public const string PodStuckTerminating = nameof(PodStuckTerminating);

    /// <summary>The disruption controller does not update a PDB, so no further eviction is allowed.</summary><remarks>Check that kube-controller-manager runs and renews its Lease.</remarks>
    public const string DisruptionControllerDown = nameof(DisruptionControllerDown);

    /// <summary>The server does not have the EvictionRequest API. Nothing was changed.</summary><remarks>Remove -EvictionApi, or enable the API on the server.</remarks>
    public const string EvictionApiMissing = nameof(EvictionApiMissing);

    /// <summary>-Force was specified, which has no single meaning. Nothing was changed.</summary><remarks>Use -DeleteUnmanagedPod, -OverrideBudgetAfter, -DisableEviction, -ForceStuck or -Confirm:$false.</remarks>
    public const string ForceAmbiguous = nameof(ForceAmbiguous);

    /// <summary>The Node object was deleted during the drain.</summary><remarks>Check with Get-ClusterNode. A machine that registers again is a new node.</remarks>
    public const string NodeDeleted = nameof(NodeDeleted);

    /// <summary>With -WaitForReplacement: the node is empty, and the replacement pods cannot start.</summary><remarks>Read Blockers of the result, and add capacity or fix the workload.</remarks>
    public const string ReplacementStuck = nameof(ReplacementStuck);

    /// <summary>The file exists, and -NoClobber was specified.</summary><remarks>Use another file name, or remove -NoClobber.</remarks>
    public const string ReportExists = nameof(ReportExists);

    /// <summary>The report file cannot be written.</summary><remarks>Check the folder and your permissions; -Force replaces a read-only file.</remarks>
    public const string ReportNotWritten = nameof(ReportNotWritten);

    /// <summary>The file of a report has the extension of another format. Reports are HTML.</summary><remarks>Use the extension .html; for data, use Export-Csv or ConvertTo-Json.</remarks>
    public const string ReportFormatUnsupported = nameof(ReportFormatUnsupported);

    // Maintenance
    /// <summary>The text is neither a number of nodes nor a percentage.</summary><remarks>Write a number such as 2, or a percentage such as 10%.</remarks>
    public const string InvalidMaxUnavailable = nameof(InvalidMaxUnavailable);

    /// <summary>The text is not a maintenance window.</summary><remarks>Write it as in 'Sat,Sun 22:00-04:00 Europe/Zurich'.</remarks>
    public const string InvalidWindow = nameof(InvalidWindow);

    /// <summary>Another run has one of the nodes, or another process holds the run's Lease. Nothing was changed.</summary><remarks>Wait for the holder that the message names, or run Stop-NodeMaintenance.</remarks>
    public const string MaintenanceConflict = nameof(MaintenanceConflict);

    /// <summary>No maintenance run has this id.</summary><remarks>List the runs with Get-NodeMaintenance; -Namespace selects another namespace.</remarks>
    public const string MaintenanceNotFound = nameof(MaintenanceNotFound);

    /// <summary>The run cannot be read, its script block was not specified, or its namespace is missing.</summary><remarks>Correct what the message names.</remarks>
    public const string MaintenanceInvalid = nameof(MaintenanceInvalid);

    /// <summary>Too many nodes are out of service, or a batch did not stay Ready.</summary><remarks>Return nodes to service, then resume with -ResumeId.</remarks>
    public const string MaintenanceBlocked = nameof(MaintenanceBlocked);

    /// <summary>A node of the run failed. The message names the step and the cause.</summary><remarks>Fix the cause, then resume with -ResumeId, or return the node with Resume-NodeScheduling.</remarks>
    public const string MaintenanceFailed = nameof(MaintenanceFailed);

    /// <summary>Another process took over the run's Lease; this process stopped.</summary><remarks>Follow the run with Get-NodeMaintenance.</remarks>
    public const string MaintenanceTakenOver = nameof(MaintenanceTakenOver);

    /// <summary>The run's Lease could not be renewed, so the run stopped before another process could take it over.</summary><remarks>Restore the credentials or the permission, then resume with -ResumeId.</remarks>
    public const string MaintenanceLeaseNotRenewed = nameof(MaintenanceLeaseNotRenewed);

    /// <summary>Stop-NodeMaintenance stopped the run.</summary><remarks>Resume it with -ResumeId.</remarks>
    public const string MaintenanceStopped = nameof(MaintenanceStopped);

    /// <summary>A process still works on the run.</summary><remarks>Run Stop-NodeMaintenance first.</remarks>
    public const string MaintenanceAlive = nameof(MaintenanceAlive);

    /// <summary>No NodeManager server runs in the cluster: its Lease is not held or not renewed. Nothing was started.</summary><remarks>Deploy the server from deploy/server, or run the command without -Detach.</remarks>
    public const string ServerNotRunning = nameof(ServerNotRunning);

    /// <summary>The server cannot execute the work, because of an option that bypasses a safeguard, a script block, or too many nodes.</summary><remarks>Remove what the message names, or run the command without -Detach.</remarks>
    public const string DetachInvalid = nameof(DetachInvalid);

    /// <summary>A maintenance run holds the node.</summary><remarks>Run Stop-NodeMaintenance, or specify -IgnoreMaintenance to take the node from the run.</remarks>
    public const string NodeInMaintenance = nameof(NodeInMaintenance);

    // Alerts
    /// <summary>The sink's address, name or certificate file is not valid.</summary><remarks>Correct what the message names.</remarks>
    public const string AlertSinkInvalid = nameof(AlertSinkInvalid);

    /// <summary>A silence has no reason, no alerts to cover, or a duration out of range.</summary><remarks>Correct what the message names.</remarks>
    public const string AlertSilenceInvalid = nameof(AlertSilenceInvalid);

    /// <summary>There is no silence of this id; it may have been removed.</summary><remarks>List the silences with Get-NodeAlertSilence.</remarks>
    public const string AlertSilenceNotFound = nameof(AlertSilenceNotFound);

    /// <summary>Another health monitor uses the state file.</summary><remarks>Stop that monitor, or use another -StatePath.</remarks>
    public const string AlertStateInUse = nameof(AlertStateInUse);

    /// <summary>The state file cannot be read or written.</summary><remarks>Check the path and your permissions.</remarks>
    public const string AlertStateUnreadable = nameof(AlertStateUnreadable);

    /// <summary>The parameters of the health monitor contradict each other, such as -StatePath with several sessions.</summary><remarks>Start one monitor for each session.</remarks>
    public const string MonitorInvalid = nameof(MonitorInvalid);

    /// <summary>A parameter of a repair is out of range, or -MinHealthy is neither a number nor a percentage.</summary><remarks>Correct what the message names.</remarks>
    public const string RepairInvalid = nameof(RepairInvalid);

    /// <summary>A specified node was not repaired: the policy excludes it, or too few nodes are healthy. The message has the reason.</summary><remarks>Change the parameter that the message names, or repair the node manually.</remarks>
    public const string NodeNotRepaired = nameof(NodeNotRepaired);

    /// <summary>The last action of the repair policy did not help, or the node's claim was lost.</summary><remarks>Fix the node, then run Repair-ClusterNode again, or put the node back into service with Resume-NodeScheduling.</remarks>
    public const string RepairFailed = nameof(RepairFailed);

    /// <summary>No provider has the machine of the node, so it cannot be restarted or replaced.</summary><remarks>List the machines with Get-Machine and the providers with Get-NodeProvider, or repair with -Action Drain.</remarks>
    public const string NodeHasNoMachine = nameof(NodeHasNoMachine);

    // Node pools
    /// <summary>No node pool of this name exists.</summary><remarks>List the pools with Get-NodePool. Names are case-sensitive.</remarks>
    public const string NodePoolNotFound = nameof(NodePoolNotFound);

    /// <summary>The cluster already has a pool of this name.</summary><remarks>Use another name, or change the pool with Set-NodePool.</remarks>
    public const string NodePoolExists = nameof(NodePoolExists);

    /// <summary>Several pools match.</summary><remarks>Specify -Id or -Cluster.</remarks>
    public const string NodePoolAmbiguous = nameof(NodePoolAmbiguous);

    /// <summary>The specification breaks a rule. Nothing was sent. The message names each field.</summary><remarks>Correct the fields; Test-NodePool checks them offline.</remarks>
    public const string NodePoolInvalid = nameof(NodePoolInvalid);

    /// <summary>The platform does not have the field, or the service did not return an extension.</summary><remarks>Remove the field.</remarks>
    public const string NodePoolFieldUnsupported = nameof(NodePoolFieldUnsupported);

    /// <summary>The answer to the creation was lost, and the service does not list the pool yet.</summary><remarks>Check with Get-NodePool for some minutes before you create the pool again.</remarks>
    public const string NodePoolCreateUnknown = nameof(NodePoolCreateUnknown);

    /// <summary>A controller reports that the pool failed.</summary><remarks>Read the messages with Get-NodePoolStatus, and correct the pool.</remarks>
    public const string NodePoolFailed = nameof(NodePoolFailed);

    /// <summary>The pool has no update.</summary><remarks>List the updates with Get-NodePoolUpdate; -Namespace names another namespace.</remarks>
    public const string PoolUpdateNotFound = nameof(PoolUpdateNotFound);

    /// <summary>A limit of the update is not valid, the pool's limits leave no room, or the update has ended.</summary><remarks>Follow the message.</remarks>
    public const string PoolUpdateInvalid = nameof(PoolUpdateInvalid);

    /// <summary>Another process works on the update.</summary><remarks>To control it, use Set-NodePoolUpdate, Suspend-NodePoolUpdate or Stop-NodePoolUpdate.</remarks>
    public const string PoolUpdateConflict = nameof(PoolUpdateConflict);

    /// <summary>Another process took over the update, or its Lease could not be renewed.</summary><remarks>To see its progress, run Get-NodePoolUpdate.</remarks>
    public const string PoolUpdateTakenOver = nameof(PoolUpdateTakenOver);

    /// <summary>The update ended, but some nodes could not be drained. They are cordoned.</summary><remarks>Remove what blocks them, then use Resume-NodePoolUpdate.</remarks>
    public const string PoolUpdateIncomplete = nameof(PoolUpdateIncomplete);

    /// <summary>New nodes were not healthy, or a user requested a rollback. The former template is restored.</summary><remarks>Correct the pool's template, then use Update-NodePool again.</remarks>
    public const string PoolUpdateRolledBack = nameof(PoolUpdateRolledBack);

    /// <summary>A pool service manages the pool, and accepts only a number of nodes.</summary><remarks>Follow the rollout of the service with Wait-NodePool, or create a second pool.</remarks>
    public const string PoolUpdateUnsupported = nameof(PoolUpdateUnsupported);

    /// <summary>The pool service has no such cluster.</summary><remarks>Use one of the names in the message.</remarks>
    public const string PoolClusterNotFound = nameof(PoolClusterNotFound);

    /// <summary>The pool service has several clusters, and none was specified.</summary><remarks>Specify -Cluster, or set Cluster in -PoolService.</remarks>
    public const string PoolClusterAmbiguous = nameof(PoolClusterAmbiguous);

    /// <summary>The node pool and the session belong to different clusters.</summary><remarks>Connect to the pool's cluster, or correct Cluster in -PoolService.</remarks>
    public const string PoolClusterMismatch = nameof(PoolClusterMismatch);

    /// <summary>The session has no pool service.</summary><remarks>Run Set-NodeManagerConfiguration -PoolService.</remarks>
    public const string PoolServiceNotConfigured = nameof(PoolServiceNotConfigured);

    /// <summary>The configuration of the pool service is not valid, or its token cannot be read.</summary><remarks>Correct what the message names.</remarks>
    public const string PoolServiceInvalid = nameof(PoolServiceInvalid);

    // Autoscaler
    /// <summary>No claim of this name exists, or another claim has the name now.</summary><remarks>List the claims with Get-NodeClaim.</remarks>
    public const string NodeClaimNotFound = nameof(NodeClaimNotFound);

    /// <summary>This session already runs an autoscaler for the namespace.</summary><remarks>Stop it with Stop-NodeAutoscaler.</remarks>
    public const string AutoscalerRunning = nameof(AutoscalerRunning);

    /// <summary>With -Once: the pools did not reach their desired size in time.</summary><remarks>Check Get-NodeClaim, then run the command again to continue.</remarks>
    public const string AutoscalerNotSettled = nameof(AutoscalerNotSettled);

    // Sandbox
    /// <summary>The session's cluster is not an embedded cluster.</summary><remarks>Use a session of Connect-NodeManager -Sandbox or New-Sandbox.</remarks>
    public const string NotASandbox = nameof(NotASandbox);

    /// <summary>The fault's kind or parameters are not valid.</summary><remarks>Correct what the message names.</remarks>
    public const string SandboxFaultInvalid = nameof(SandboxFaultInvalid);

    /// <summary>No fault of this name is set.</summary><remarks>List the faults with Get-SandboxFault.</remarks>
    public const string SandboxFaultNotFound = nameof(SandboxFaultNotFound);

    /// <summary>The parameters for the copy contradict each other, or the source cannot be copied.</summary><remarks>Correct what the message names.</remarks>
    public const string SandboxCopyInvalid = nameof(SandboxCopyInvalid);

    /// <summary>The file for the saved cluster exists.</summary><remarks>Use another name, or add -Force.</remarks>
    public const string SandboxFileExists = nameof(SandboxFileExists);

    /// <summary>The file of the saved cluster does not exist.</summary><remarks>Check the path.</remarks>
    public const string SandboxFileNotFound = nameof(SandboxFileNotFound);

    /// <summary>The file for the saved cluster cannot be written.</summary><remarks>Check the folder and your permissions.</remarks>
    public const string SandboxFileNotWritten = nameof(SandboxFileNotWritten);

    /// <summary>The file is not a saved cluster, or is damaged.</summary><remarks>Use another file; a damaged file cannot be repaired.</remarks>
    public const string SandboxFileDamaged = nameof(SandboxFileDamaged);

    // Scheduler
    /// <summary>The text is not a configuration that kube-scheduler can read, or the change adds an error.</summary><remarks>Correct it at the place that the message names.</remarks>
    public const string SchedulerConfigurationInvalid = nameof(SchedulerConfigurationInvalid);

    /// <summary>The ConfigMap, its key or the file does not exist, or is empty.</summary><remarks>Check the name; the message lists the keys that exist.</remarks>
    public const string SchedulerConfigurationNotFound = nameof(SchedulerConfigurationNotFound);

    /// <summary>The text cannot be edited there without changing other parts, for example behind a YAML anchor.</summary><remarks>Write that part without anchors, then repeat the change.</remarks>
    public const string SchedulerEditRefused = nameof(SchedulerEditRefused);

    /// <summary>The configuration has no profile of this scheduler name.</summary><remarks>Use one of the names in the message.</remarks>
    public const string SchedulerProfileNotFound = nameof(SchedulerProfileNotFound);

    /// <summary>The release has no plugin of this name.</summary><remarks>Check the spelling, register your plugin with Register-SchedulerPlugin, or add -Force.</remarks>
    public const string SchedulerPluginUnknown = nameof(SchedulerPluginUnknown);

    /// <summary>The plugin does not implement the extension point, or it does not exist.</summary><remarks>Use one of the extension points in the message.</remarks>
    public const string SchedulerExtensionPointInvalid = nameof(SchedulerExtensionPointInvalid);

    /// <summary>The configuration file cannot be written.</summary><remarks>Check the folder and your permissions.</remarks>
    public const string SchedulerFileNotWritten = nameof(SchedulerFileNotWritten);

    /// <summary>The text of -KubernetesVersion is not a release.</summary><remarks>Write 1.36, v1.36.2 or an image with such a tag.</remarks>
    public const string SchedulerReleaseInvalid = nameof(SchedulerReleaseInvalid);

    /// <summary>The plugin has no such argument, or its value has another type.</summary><remarks>Use one of the arguments in the message.</remarks>
    public const string SchedulerArgumentInvalid = nameof(SchedulerArgumentInvalid);

    /// <summary>The passphrase is missing, empty or not allowed here, or it was given for a file that is not encrypted.</summary><remarks>Specify -Passphrase as the message states.</remarks>
    public const string SchedulerPassphraseInvalid = nameof(SchedulerPassphraseInvalid);

    /// <summary>The passphrase does not decrypt the file.</summary><remarks>Use the passphrase that the file was written with.</remarks>
    public const string SchedulerPassphraseWrong = nameof(SchedulerPassphraseWrong);

    /// <summary>The revision or file is damaged or was changed.</summary><remarks>Use another revision or file.</remarks>
    public const string SchedulerBackupDamaged = nameof(SchedulerBackupDamaged);

    /// <summary>The text is not a plugin definition.</summary><remarks>Correct it at the place that the message names.</remarks>
    public const string SchedulerDefinitionInvalid = nameof(SchedulerDefinitionInvalid);

    /// <summary>No such plugin definition is registered, or the file cannot be read.</summary><remarks>List the definitions with Get-SchedulerPluginDefinition.</remarks>
    public const string SchedulerDefinitionNotFound = nameof(SchedulerDefinitionNotFound);

    /// <summary>A file in the template folder is not a template. The message states why.</summary><remarks>Correct the file.</remarks>
    public const string SchedulerTemplateInvalid = nameof(SchedulerTemplateInvalid);

    /// <summary>No template or template folder of this name exists.</summary><remarks>List the templates with Get-SchedulerTemplate.</remarks>
    public const string SchedulerTemplateNotFound = nameof(SchedulerTemplateNotFound);

    /// <summary>The scheduler's metrics cannot be read from here.</summary><remarks>Follow the message: kubectl port-forward, --bind-address or https.</remarks>
    public const string SchedulerMetricsUnavailable = nameof(SchedulerMetricsUnavailable);

    /// <summary>No Deployment was found that mounts a scheduler configuration.</summary><remarks>Specify -ConfigMap or -Deployment, or work on a file with -Path.</remarks>
    public const string SchedulerNotFound = nameof(SchedulerNotFound);

    /// <summary>Several schedulers or configurations match. Nothing was changed.</summary><remarks>Select one with -Deployment, -ConfigMap, -Key or -Namespace.</remarks>
    public const string SchedulerAmbiguous = nameof(SchedulerAmbiguous);

    /// <summary>The ConfigMap is immutable.</summary><remarks>Create another ConfigMap, and mount it in the Deployment.</remarks>
    public const string SchedulerConfigurationImmutable = nameof(SchedulerConfigurationImmutable);

    /// <summary>The revision is not kept, or there is no earlier revision.</summary><remarks>List the revisions with Get-SchedulerConfigurationBackup.</remarks>
    public const string SchedulerRevisionNotFound = nameof(SchedulerRevisionNotFound);

    /// <summary>The Deployment has 0 desired replicas, or its rollout is paused.</summary><remarks>Scale it up or resume the rollout, or use -NoRestart.</remarks>
    public const string SchedulerNotRunning = nameof(SchedulerNotRunning);

    /// <summary>The scheduler did not start with the configuration. The message contains the last lines of its log, and what was restored.</summary><remarks>Correct the configuration, then repeat the change.</remarks>
    public const string SchedulerRestartFailed = nameof(SchedulerRestartFailed);
}
