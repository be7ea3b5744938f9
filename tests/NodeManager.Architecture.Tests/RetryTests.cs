using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests;

/// <summary>Requests are retried by one policy. What computes a growing pause itself is a queue, an election, an eviction or a plan, and is named here.</summary>
public sealed class RetryTests
{
    private static readonly string[] Own =
    [
        "src/client/NodeManager.Controllers/Leasing/LeaderElection.cs",
        "src/client/NodeManager.Controllers/Queueing/CallBackoff.cs",
        "src/client/NodeManager.Controllers/Queueing/WorkQueue.cs",
        "src/client/NodeManager.Kubernetes/Transport/RetryPolicy.cs",
        "src/domain/NodeManager.Autoscaling/Planning/Inputs/PoolBackoff.cs",
        "src/domain/NodeManager.Autoscaling/Planning/ScaleUp/MachineContradictions.cs",
        "src/domain/NodeManager.Drains/Evictions/Attempts.cs",
        "src/domain/NodeManager.Drains/Evictions/EvictionRequestWriter.cs",
    ];

    [Fact]
    public void Growing_pauses_are_computed_by_the_policy() =>
        Assert.Equal(
            Own,
            Repository
                .Files(".cs")
                .Where(static file => Grows(File.ReadAllText(file)))
                .Select(Repository.NameOf)
                .Where(static file =>
                    file.StartsWith("src/", StringComparison.Ordinal) && !file.StartsWith("src/sandbox/", StringComparison.Ordinal)
                )
        );

    // Doubled by a power, by a shift of the attempt, or step by step up to a limit.
    private static bool Grows(string source) =>
        Regex.IsMatch(source, @"Math\.Pow\(2,|<< \(?(attempt|tries|failures)\b|\b(pause|retry|wait|delay) \* 2 <", RegexOptions.IgnoreCase);
}
