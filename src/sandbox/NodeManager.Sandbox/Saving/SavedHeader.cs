using NodeManager.Sandbox.Api.Faults;

namespace NodeManager.Sandbox.Saving;

internal sealed record SavedHeader
{
    public const string FormatName = "nodemanager-sandbox";

    /// <summary>Incremented by incompatible changes.</summary>
    public const int CurrentVersion = 1;

    public string Format { get; init; } = "";

    public int FormatVersion { get; init; }

    /// <summary>For example <c>1.37</c>.</summary>
    public string Kubernetes { get; init; } = "";

    public int Seed { get; init; }

    public bool Rbac { get; init; }

    /// <summary>Enabled features, which kinds may depend on.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    public double Speed { get; init; }

    /// <summary>The cluster's time, where its clock continues.</summary>
    public DateTimeOffset Time { get; init; }

    public long ResourceVersion { get; init; }

    /// <summary>The number of object lines.</summary>
    public int Objects { get; init; }

    /// <summary>False: Secrets have no values.</summary>
    public bool HasSecrets { get; init; }

    public IReadOnlyList<FaultRequest> Faults { get; init; } = [];
}
