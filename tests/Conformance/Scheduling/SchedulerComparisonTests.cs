using System.Text.Json.Nodes;
using NodeManager.Conformance.RealCluster;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Conformance.Scheduling;

/// <summary>
/// The embedded cluster's scheduler, and the explanations of node selections, against the real scheduler, on clusters and pods made by chance:
/// whether each pod fits, the counts of the reasons why not, and which pods have to go for it.
/// </summary>
[Collection(SchedulerPlane.Collection)]
[Takes(60)]
public sealed class SchedulerComparisonTests(SchedulerPlane scheduler)
{
    private const int Probes = 13;
    private const int Tries = 5;

    [SkippableFact]
    public async Task Random_pods_get_the_verdicts_and_reasons_of_the_real_scheduler()
    {
        ControlPlane plane = scheduler.Get();
        int pods = ProofSize.Read("NODEMANAGER_SCHEDULER_PODS", 60),
            seed = ProofSize.Read("NODEMANAGER_SCHEDULER_SEED", 1);
        using SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 0, Version = $"1.{plane.Minor}" });
        using var real = new ScenarioRunner(plane.Server, plane.CreateAdminTransport());
        using var ours = new ScenarioRunner(sandbox.Server, sandbox.CreateTransport());
        await ours.PrepareAsync();
        List<string> differences = [];
        Explainer explainer = new(plane);
        int compared = 0,
            refused = 0,
            driven = 0;
        for (int round = 0; compared < pods; round++)
        {
            Scenario scenario = new ScenarioMaker(unchecked((seed * 1_000_003) + round), plane.Minor).Make(Probes);
            await Task.WhenAll(real.BuildAsync(scenario), ours.BuildAsync(scenario));
            foreach (JsonObject probe in scenario.Probes)
            {
                (Outcome expected, Outcome actual) = await CompareAsync(real, ours, probe);
                compared++;
                if (!expected.Fits)
                    refused++;
                if (expected != actual)
                    differences.Add(Describe(round, probe, expected, actual, scenario));
                if (await explainer.CompareAsync(probe, expected) is { } other)
                    differences.Add(Describe(round, probe, expected, new(other.Length == 0, other), scenario));
            }

            (Outcome wanted, Outcome got) = await PreemptAsync(real, ours, scenario);
            compared++;
            if (wanted.Victims.Length > 0)
                driven++;
            if (wanted != got)
                differences.Add(Describe(round, scenario.Preemptor, wanted, got, scenario));
            await Task.WhenAll(real.ClearAsync(scenario), ours.ClearAsync(scenario));
        }

        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {compared} differ ({refused} refused, {driven} drove others out):\n{string.Join("\n\n", differences)}"
        );
        Assert.True(refused > compared / 5, $"Only {refused} of {compared} pods were refused: that shows little.");
    }

    // A scheduler hears of its cluster with a delay: only what stays different is.
    private static async Task<(Outcome Expected, Outcome Actual)> CompareAsync(ScenarioRunner real, ScenarioRunner ours, JsonObject probe)
    {
        for (int tries = 1; ; tries++)
        {
            Task<Outcome> expected = real.ProbeAsync(probe),
                actual = ours.ProbeAsync(probe);
            await Task.WhenAll(expected, actual);
            if (await expected == await actual || tries == Tries)
                return (await expected, await actual);
            await Task.Delay(200);
        }
    }

    // It changes its cluster, so another attempt rebuilds it.
    private static async Task<(Outcome Expected, Outcome Actual)> PreemptAsync(ScenarioRunner real, ScenarioRunner ours, Scenario scenario)
    {
        for (int tries = 1; ; tries++)
        {
            Task<Outcome> expected = real.PreemptAsync(scenario.Preemptor),
                actual = ours.PreemptAsync(scenario.Preemptor);
            await Task.WhenAll(expected, actual);
            if (await expected == await actual || tries == Tries)
                return (await expected, await actual);
            await Task.WhenAll(real.ClearAsync(scenario), ours.ClearAsync(scenario));
            await Task.WhenAll(real.BuildAsync(scenario), ours.BuildAsync(scenario));
        }
    }

    private static string Describe(int round, JsonObject probe, Outcome expected, Outcome actual, Scenario scenario) =>
        $"round {round}, {probe["metadata"]!["name"]}: real: {expected}\n  ours: {actual}\n  pod: {probe.ToJsonString()}"
        + (
            Environment.GetEnvironmentVariable("NODEMANAGER_SCHEDULER_DETAILS") is null
                ? ""
                : $"\n  cluster: {string.Join("\n    ", scenario.Objects.Select(static one => one.Collection + " " + one.Manifest.ToJsonString()))}"
        );
}
