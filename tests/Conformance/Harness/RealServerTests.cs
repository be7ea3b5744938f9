using NodeManager.Conformance.RealCluster;

namespace NodeManager.Conformance.Harness;

/// <summary>Says once, for the whole suite, when there is no real API server to test against.</summary>
public sealed class RealServerTests
{
    [SkippableFact]
    public void The_suite_runs_against_a_real_API_server()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, $"{reason} The suite runs on the embedded cluster alone.");

        Assert.Contains(new AllBackendsAttribute().GetData(null!), row => row[0] is Backend.Real);
    }
}
