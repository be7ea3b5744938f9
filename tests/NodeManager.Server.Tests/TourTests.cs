using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Tour;

namespace NodeManager.Server.Tests;

public sealed class TourTests
{
    [Fact]
    public async Task The_tour_shows_a_blocking_PDB_and_a_drained_node_that_returns()
    {
        var output = new StringWriter();
        SandboxCluster sandbox = SandboxCluster.Start(new());
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );

        bool succeeded = await new ClusterTour(session, new(output, color: false)).RunAsync(
            TimeSpan.FromMilliseconds(1),
            CancellationToken.None
        );

        string text = output.ToString();
        Assert.True(succeeded, text);
        Assert.Contains("Evict, blocked", text, StringComparison.Ordinal);
        Assert.Contains("demo: relaxing PDB", text, StringComparison.Ordinal);
        Assert.Contains(": Drained in", text, StringComparison.Ordinal);
        Assert.Contains("Back in service", text, StringComparison.Ordinal);
    }
}
