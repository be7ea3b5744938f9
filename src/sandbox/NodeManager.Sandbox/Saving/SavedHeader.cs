using NodeManager.Sandbox.Api.Faults;

namespace NodeManager.Sandbox.Saving;

/// <summary>The first line of a saved cluster.</summary>
internal sealed record SavedHeader
{
    public const string FormatName = "nodemanager-sandbox";

    /// <summary>Counts up when readers of before could not read it.</summary>
    public const int CurrentVersion = 1;

    public string Format { get; init; } = "";

    public int FormatVersion { get; init; }

    /// <summary>The Kubernetes that it is, <c>1.37</c>.</summary>
    public string Kubernetes { get; init; } = "";

    public int Seed { get; init; }

    public bool Rbac { get; init; }

    /// <summary>What was switched on: kinds of objects may depend on it.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    public double Speed { get; init; }

    /// <summary>When it was, in the cluster's time: there its clock continues.</summary>
    public DateTimeOffset Time { get; init; }

    public long ResourceVersion { get; init; }

    /// <summary>How many lines follow, but for the last.</summary>
    public int Objects { get; init; }

    /// <summary>False: secrets are there by name, their values empty.</summary>
    public bool HasSecrets { get; init; }

    public IReadOnlyList<FaultRequest> Faults { get; init; } = [];
}
