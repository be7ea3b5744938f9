namespace NodeManager.Conformance.Harness;

/// <summary>What a conformance test runs against. Text, so that test explorers show it.</summary>
public static class Backend
{
    /// <summary>The embedded cluster at its newest version.</summary>
    public const string Sandbox = "sandbox";

    /// <summary>The embedded cluster as 1.20, to be compared like with like.</summary>
    public const string OldSandbox = "sandbox-1.20";

    /// <summary>The embedded cluster with its alpha features. There is no real one to be had that has them.</summary>
    public const string AlphaSandbox = "sandbox-alpha";

    /// <summary>The control plane that KUBEBUILDER_ASSETS offers.</summary>
    public const string Real = "real";
}
