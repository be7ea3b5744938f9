using System.Text;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Kubelets;

/// <summary>
/// The courses of pods on simulated kubelets and on real ones, compared by the order of their states and by durations: within 20 % or 2 s,
/// whichever is more.
/// </summary>
public sealed class KubeletCourseTests
{
    private const string Variable = "NODEMANAGER_REAL_KUBECONFIG";
    private const double Share = 0.2,
        Seconds = 2;

    private static readonly string Image = Environment.GetEnvironmentVariable("NODEMANAGER_REAL_IMAGE") ?? "example.local/shell:1";

    public static TheoryData<string> Names => [.. CourseScenario.All.Select(static one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_simulated_kubelet_shows_the_course_of_a_pod(string scenario)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        string node = await cluster.AddNodeAsync();
        await FollowAsync(cluster.Client, cluster.Namespace, node, CourseScenario.All.Single(one => one.Name == scenario));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task A_real_kubelet_shows_the_course_of_a_pod(string scenario)
    {
        string? path = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(path), $"{Variable} does not name the kubeconfig of a cluster with real kubelets.");
        using KubernetesClient client = KubernetesClient.Create(Kubeconfig.Load(new() { Paths = [path] }), new());
        List<Node> nodes = (await client.ListAsync(Resources.Nodes, new(), default)).Items;
        string node = nodes.First(static one => one.Spec.Taints is not { Count: > 0 }).Metadata.Name,
            ns = $"course-{scenario}-{Guid.NewGuid().ToString("N")[..6]}";
        await CreateAsync(client, Resources.Namespaces, Manifests.Namespace(ns), null);
        try
        {
            await FollowAsync(client, ns, node, CourseScenario.All.Single(one => one.Name == scenario));
        }
        finally
        {
            await client.DeleteAsync(Resources.Namespaces, ns, null, new(), default);
        }
    }

    private static async Task FollowAsync(KubernetesClient client, string ns, string node, CourseScenario scenario)
    {
        await using PodCourse course = new(client, ns, scenario.Name);
        await CreateAsync(client, Resources.Pods, scenario.Pod(node, Image), ns);
        if (scenario.DeletedIn.Length > 0)
        {
            await course.ReachesAsync(scenario.DeletedIn);
            await client.DeleteAsync(Resources.Pods, scenario.Name, ns, new(), default);
        }

        string[] expected = [.. scenario.Course.Select(static one => one.State)];
        await course.ReachesAsync(expected[^1], expected.Count(state => state == expected[^1]));

        IReadOnlyList<string> states = course.States;
        Assert.Equal(expected, states.Take(expected.Length));
        for (int i = 0; i + 1 < expected.Length; i++)
        {
            double wanted = scenario.Course[i].Seconds,
                tolerance = Math.Max(Seconds, wanted * Share),
                actual = course.SecondsOf(i);
            Assert.True(Math.Abs(actual - wanted) <= tolerance, $"{expected[i]} lasted {actual:0.0} s instead of {wanted} s.");
        }
    }

    private static Task<T> CreateAsync<T>(
        KubernetesClient client,
        ResourceType<T> type,
        System.Text.Json.Nodes.JsonObject manifest,
        string? ns
    )
        where T : KubernetesObject =>
        client.SendAsync(
            HttpMethod.Post,
            type.Path(ns),
            new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json"),
            type.Item,
            RequestOptions.Default,
            default
        );
}
