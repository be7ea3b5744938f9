using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>The objects of Cluster API in the namespace of a test, and controllers that act on them.</summary>
/// <param name="cluster">Where they are.</param>
/// <param name="version">In which they are read and written.</param>
internal abstract class ClusterApiControllers(TestCluster cluster, string version) : IAsyncDisposable
{
    protected const string Group = "cluster.x-k8s.io",
        MergePatch = "application/merge-patch+json";

    /// <summary>The names of the Machines that a MachineSet has chosen to delete, in order.</summary>
    public ConcurrentQueue<string> Chosen { get; } = [];

    protected TestCluster Cluster => cluster;

    protected string ApiVersion => version;

    public abstract ValueTask DisposeAsync();

    /// <summary>The specification of an owner of Machines.</summary>
    protected abstract JsonObject SpecOf(string kind, int replicas);

    public string PathOf(string plural) => $"/apis/{Group}/{version}/namespaces/{Cluster.Namespace}/{plural}";

    public async Task CreateOwnerAsync(string kind, string name, int replicas)
    {
        string plural = kind == "MachineSet" ? "machinesets" : "machinedeployments";
        await CreateAsync(
            plural,
            new()
            {
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = SpecOf(kind, replicas),
            }
        );
        await Eventually.HoldsAsync(
            "Machines of the owner",
            async () => (await ListAsync("machines")).Count(static one => (string?)one["status"]?["phase"] == "Running") >= replicas
        );
    }

    public async Task<IReadOnlyList<JsonNode>> ListAsync(string plural)
    {
        WireAnswer answer = await Cluster.SendAsync("GET", PathOf(plural));
        Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
        return [.. answer.Json["items"]!.AsArray().Select(static one => one!)];
    }

    public async Task<JsonNode> GetAsync(string plural, string name)
    {
        WireAnswer answer = await Cluster.SendAsync("GET", $"{PathOf(plural)}/{name}");
        Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    public async Task<bool> PatchAsync(string plural, string name, JsonObject patch, string subresource = "")
    {
        WireAnswer answer = await Cluster.SendAsync("PATCH", $"{PathOf(plural)}/{name}{subresource}", patch.ToJsonString(), MergePatch);
        Assert.True(answer.Code is HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.NotFound, answer.Text);
        return answer.Code == HttpStatusCode.OK;
    }

    public async Task CreateAsync(string plural, JsonObject item)
    {
        item["apiVersion"] = $"{Group}/{version}";
        WireAnswer answer = await Cluster.SendAsync("POST", PathOf(plural), item.ToJsonString());
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
    }

    public Task DeleteAsync(string plural, string name) => Cluster.SendAsync("DELETE", $"{PathOf(plural)}/{name}");

    protected static bool IsDeleting(JsonNode item) => item["metadata"]!["deletionTimestamp"] is not null;

    protected static string NameOf(JsonNode item) => (string)item["metadata"]!["name"]!;
}
