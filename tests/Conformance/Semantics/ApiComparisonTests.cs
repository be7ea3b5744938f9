using NodeManager.Conformance.RealCluster;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Conformance.Semantics;

/// <summary>
/// The embedded cluster's API against the real one, request by request: codes, Status bodies with their causes, warnings, and the objects that
/// come of it. No controller runs beside either, so that nothing races.
/// </summary>
public sealed class ApiComparisonTests
{
    private const int StepsInRound = 40;
    private const int AtOnce = 4;
    private const int Shown = 40;
    private const int LogCapacity = 100_000;

    [SkippableFact]
    public async Task Random_requests_get_the_responses_of_the_real_server()
    {
        ServerBinaries? binaries = ServerBinaries.Find(out string reason);
        Skip.If(binaries is null, reason);
        int requests = ProofSize.Read("NODEMANAGER_API_REQUESTS", 400),
            seed = ProofSize.Read("NODEMANAGER_API_SEED", 1);
        using ControlPlane plane = await ControlPlane.StartStillAsync();
        using SandboxCluster sandbox = SandboxCluster.StartStill(new() { Nodes = 0, Version = $"1.{plane.Minor}" }, LogCapacity);
        var comparer = new ApiComparer(
            () => new(plane.Server, plane.CreateAdminTransport()),
            () => new(sandbox.Server, sandbox.CreateTransport()),
            plane.Minor
        );
        await PrepareAsync(plane, sandbox);
        List<ApiDifference> differences = [];
        int rounds = (requests + StepsInRound - 1) / StepsInRound;
        await Parallel.ForAsync(
            0,
            rounds,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (round, _) =>
            {
                IReadOnlyList<ApiDifference> found = await comparer.RunAsync(
                    unchecked((seed * 1_000_003) + round),
                    $"r{seed}-{round}",
                    StepsInRound
                );
                lock (differences)
                    differences.AddRange(found);
            }
        );
        string told =
            $"{differences.Count} of {comparer.Compared} differ ({comparer.Accepted} accepted, {comparer.Known} with known differences)";
        if (Environment.GetEnvironmentVariable("NODEMANAGER_API_REPORT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, $"{told}\n\n{string.Join("\n\n", differences)}\n");

        Assert.True(differences.Count == 0, $"{told}:\n{string.Join("\n\n", differences.Take(Shown))}");
        Assert.True(
            comparer.Accepted > comparer.Compared / 5,
            $"Only {comparer.Accepted} of {comparer.Compared} requests were accepted: that shows little."
        );
    }

    // The custom kind is there, and served, before the first round.
    private static async Task PrepareAsync(ControlPlane plane, SandboxCluster sandbox)
    {
        using ApiSide real = new(plane.Server, plane.CreateAdminTransport()),
            ours = new(sandbox.Server, sandbox.CreateTransport());
        foreach (ApiSide side in (ApiSide[])[real, ours])
        {
            var definition = new ApiStep("definition", ApiKinds.Widgets, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
            {
                Target = "",
                Body = ApiKinds.WidgetDefinition,
            };
            ApiAnswer answer = await side.SendAsync(definition, null);
            Assert.True(answer.Code == 201, answer.Text);
            var list = new ApiStep("list", ApiKinds.Widgets, "POST", ApiKinds.Widgets.Collection("default") + "?dryRun=All")
            {
                Target = "",
                Body = ApiKinds.Widgets.Make("a", null).ToJsonString(),
            };
            await Harness.Eventually.HoldsAsync("widgets served", async () => (await side.SendAsync(list, null)).Code == 201);
        }
    }
}
