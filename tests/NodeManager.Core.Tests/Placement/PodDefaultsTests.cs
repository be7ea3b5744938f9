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
    [InlineData(33, "{}", 0.5, 0, 0)]
    [InlineData(34, "{}", 0.5, 2048, 64)]
    [InlineData(34, "{cpu: 1, memory: 1Gi}", 1, 1024, 64)]
    public void Limits_of_the_pod_replace_its_missing_requests(int minor, string given, decimal cpu, int memory, int hugePages)
    {
        Pod pod = PodManifest.Read(
            $$$"""
            kind: Pod
            metadata: {name: web}
            spec:
              resources: {limits: {cpu: 3, memory: 2Gi, hugepages-2Mi: 64Mi}, requests: {{{given}}} }
              containers: [{name: a, resources: {requests: {cpu: 500m} } }]
            """,
            "x"
        );

        IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(pod.AsCreated(minor));

        Assert.Equal(
            (cpu, memory * 1048576m, hugePages * 1048576m),
            (requests["cpu"], requests.GetValueOrDefault("memory"), requests.GetValueOrDefault("hugepages-2Mi"))
        );
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
