using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Kubelet;

/// <summary>The debug containers that <c>kubectl debug</c> adds to a running pod.</summary>
public sealed class EphemeralContainerTests
{
    private const string Path = "/api/v1/namespaces/default/pods/web/ephemeralcontainers";
    private const string Debugger =
        """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox:1","targetContainerName":"c"}]} }""";

    [Fact]
    public async Task A_debug_container_runs_until_its_pod_ends()
    {
        using LiveCluster cluster = await StartAsync();
        (HttpStatusCode code, JsonObject pod) = await PatchAsync(cluster, Debugger);
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal(
            ("debugger", "IfNotPresent"),
            (
                pod.Object("spec").Objects("ephemeralContainers").Single().Text("name"),
                pod.Object("spec").Objects("ephemeralContainers").Single().Text("imagePullPolicy")
            )
        );
        await cluster.UntilAsync(() => State(cluster).Object("running") is not null);
        Assert.True(LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "web")!));

        cluster.Delete(BuiltInKinds.Pods, "web");
        await cluster.UntilAsync(() => cluster.PodNamed("web")?.Status.Phase == "Succeeded");
        Assert.NotNull(State(cluster).Object("terminated"));
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"other","image":"o:1"}],"ephemeralContainers":[{"name":"d","image":"b:1"}]} }""", 200)]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"d"}]} }""", 422)]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"c","image":"b:1"}]} }""", 422)]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"d","image":"b:1","targetContainerName":"none"}]} }""", 422)]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"d","image":"b:1","ports":[{"containerPort":80}]}]} }""", 422)]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"first","image":"changed:1"}]} }""", 422)]
    public async Task The_subresource_only_adds_containers(string patch, int code)
    {
        using LiveCluster cluster = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(cluster, Debugger.Replace("debugger", "first", StringComparison.Ordinal))).Code);
        Assert.Equal(code, (int)(await PatchAsync(cluster, patch)).Code);
        Assert.Equal("c", cluster.PodNamed("web")!.Spec.Containers.Single().Name);
    }

    [Theory]
    [InlineData("1.22", HttpStatusCode.NotFound)]
    [InlineData("1.23", HttpStatusCode.OK)]
    public async Task The_subresource_is_served_from_1_23_on(string version, HttpStatusCode expected)
    {
        using LiveCluster cluster = await StartAsync(version);
        Assert.Equal(expected, (await PatchAsync(cluster, Debugger)).Code);
    }

    private static async Task<LiveCluster> StartAsync(string version = "1.37")
    {
        LiveCluster cluster = new(version: version);
        cluster.Nodes("a");
        cluster.Pod("web", ""","nodeName":"a" """);
        await cluster.UntilAsync(() => LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "web")!));
        return cluster;
    }

    private static JsonObject? State(LiveCluster cluster) =>
        cluster.Status(BuiltInKinds.Pods, "web").Objects("ephemeralContainerStatuses").FirstOrDefault().Object("state");

    private static async Task<(HttpStatusCode Code, JsonObject Body)> PatchAsync(LiveCluster cluster, string patch)
    {
        using HttpClient http = new(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        using StringContent body = new(patch, System.Text.Encoding.UTF8, "application/strategic-merge-patch+json");
        using HttpResponseMessage answer = await http.PatchAsync(new Uri(Path, UriKind.Relative), body);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}
