using NodeManager.Core.Placement;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Core.Tests.Placement;

public sealed class PodDefaultsTests
{
    private const string Manifest = """
        kind: Pod
        metadata: {name: web, labels: {app: web, rev: "2"}}
        spec:
          containers: [{name: a, resources: {limits: {cpu: 2, memory: 1Gi}, requests: {cpu: 500m}}}]
          affinity:
            podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {}, matchLabelKeys: [rev, none]}]}
            podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: zone, labelSelector: {}, mismatchLabelKeys: [app]}}]}
        """;

    [Fact]
    public void Limits_replace_missing_requests()
    {
        IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(PodManifest.Read(Manifest, "x").AsCreated(20));

        Assert.Equal((0.5m, 1L << 30), (requests["cpu"], requests["memory"]));
    }

    [Theory]
    [InlineData(30, "", "")]
    [InlineData(31, "rev In 2", "app NotIn web")]
    public void MatchLabelKeys_become_part_of_selectors(int minor, string required, string preferred)
    {
        Pod given = PodManifest.Read(Manifest, "x");
        Affinity affinity = given.AsCreated(minor).Spec.Affinity!;

        Assert.Equal(required, Text(affinity.PodAffinity!.RequiredDuringSchedulingIgnoredDuringExecution![0]));
        Assert.Equal(preferred, Text(affinity.PodAntiAffinity!.PreferredDuringSchedulingIgnoredDuringExecution![0].PodAffinityTerm));
        // What was given stays as it was.
        Assert.Null(given.Spec.Affinity!.PodAffinity!.RequiredDuringSchedulingIgnoredDuringExecution![0].LabelSelector!.MatchExpressions);
    }

    private static string Text(PodAffinityTerm term) =>
        string.Join(
            ", ",
            (term.LabelSelector!.MatchExpressions ?? []).Select(static e => $"{e.Key} {e.Operator} {string.Join(',', e.Values ?? [])}")
        );
}
