using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that may create an embedded cluster.</summary>
public abstract class SandboxCmdlet : SandboxSessionCmdlet
{
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Nodes")]
    [ValidateRange(0, SandboxOptions.MaximumNodes)]
    public int SandboxNodes { get; set; } = 12;

    /// <summary>Equal seeds make equal clusters.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Seed")]
    public int SandboxSeed { get; set; } = 1;

    /// <summary>The emulated Kubernetes version: 1.20 to 1.37.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Version")]
    [ArgumentCompleter(typeof(SandboxVersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? SandboxVersion { get; set; }

    /// <summary>Enforce RBAC for users other than the session's own.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Rbac")]
    public SwitchParameter SandboxRbac { get; set; }

    /// <summary>Alpha features to enable: <c>EvictionRequest</c>.</summary>
    [Parameter(ParameterSetName = SandboxSet)]
    [Alias("Feature")]
    [ValidateSet("EvictionRequest")]
    public string[] SandboxFeature { get; set; } = [];

    private protected SandboxOptions Options =>
        new()
        {
            Nodes = SandboxNodes,
            Seed = SandboxSeed,
            Speed = SandboxSpeed,
            Rbac = SandboxRbac,
            Programs = SandboxPrograms.All,
            Features = SandboxFeature,
        };

    private protected Task<NodeManagerSession> StartSandboxAsync(Pipeline.Worker worker) =>
        OpenAsync("sandbox", SandboxCluster.Start(SandboxVersion is null ? Options : Options with { Version = SandboxVersion }), worker);
}
