using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Kubelet.Pods;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Seeding;

/// <summary>Pods that share what they have in common are what each would be by itself.</summary>
public sealed class PodPatternTests
{
    [Theory]
    [InlineData("1.37")]
    [InlineData("1.20")]
    public void A_seeded_pod_has_its_own_texts_in_its_document_and_fields(string version)
    {
        using SandboxCluster cluster = Seed(version);
        DocumentStore store = cluster.Registry.Store;
        foreach (StoredObject pod in store.List(BuiltInKinds.Pods).Objects.Walk())
        {
            string owners = pod.Owners.ToJson().ToJsonString();
            Assert.DoesNotContain("<", Encoding.UTF8.GetString(pod.Json.Span) + JsonNode.Parse(owners), StringComparison.Ordinal);
            ArrayBufferWriter<byte> written = new(),
                counted = new();
            pod.WriteOwners(written);
            pod.Owners.WriteTo(counted);
            Assert.Equal(Encoding.UTF8.GetString(counted.WrittenSpan), Encoding.UTF8.GetString(written.WrittenSpan));
            ManagedFields whole = cluster
                .Registry.As(new("kubelet"))
                .OwnersOf(
                    BuiltInKinds.Pods,
                    null,
                    null,
                    new() { ["status"] = pod.ToJson()["status"]!.DeepClone() },
                    ManagedFields.None,
                    WriteScope.Status,
                    pod.Owners.Entries[0].Time!
                );
            Assert.Contains(pod.Owners.Entries, entry => entry.Manager == "kubelet" && entry.Fields.Equals(whole.Entries[0].Fields));
            StoredObject reread = new DocumentObject(BuiltInKinds.Pods, pod.ToJson(), pod.Owners).At(pod.Version);
            Assert.Equal(Encoding.UTF8.GetString(reread.Json.Span), Encoding.UTF8.GetString(pod.Json.Span));
            Assert.Equal(reread.Json.Length, pod.JsonLength);
            Assert.Equal(
                (reread.Namespace, reread.Name, reread.Uid, reread.Version, reread.IsDeleting),
                (pod.Namespace, pod.Name, pod.Uid, pod.Version, pod.IsDeleting)
            );
            Assert.Equal(reread.Labels, pod.Labels);
            Assert.Equal(reread.OwnerUids, pod.OwnerUids);
            Assert.All(
                Enumerable.Range(0, BuiltInKinds.Pods.SelectableFields.Length),
                index => Assert.Equal(reread.Field(index), pod.Field(index))
            );

            StoredObject node = store.Get(BuiltInKinds.Nodes, "", pod.Field("spec.nodeName"))!;
            if (cluster.Catalog.Minor >= 35)
                Assert.Equal(node.Labels!["topology.kubernetes.io/zone"], pod.Labels!["topology.kubernetes.io/zone"]);
            Pod typed = pod.As<Pod>();
            Assert.Contains(node.As<Node>().Status.Addresses!, address => address.Address == typed.Status.HostIP);
            Assert.Contains(
                ContainerStates.Id(pod.Uid, typed.Spec.Containers[0].Name, 0),
                Encoding.UTF8.GetString(pod.Json.Span),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void The_typed_form_of_a_seeded_pod_is_that_of_its_document()
    {
        using SandboxCluster cluster = Seed("1.37");
        foreach (StoredObject pod in cluster.Registry.Store.List(BuiltInKinds.Pods).Objects.Walk())
        {
            Pod read = JsonSerializer.Deserialize(pod.Json.Span, KubernetesJson.Default.Pod)!;
            Assert.Equal(
                JsonSerializer.Serialize(read, KubernetesJson.Default.Pod),
                JsonSerializer.Serialize(pod.As<Pod>(), KubernetesJson.Default.Pod)
            );
        }
    }

    [Fact]
    public void The_controller_of_a_seeded_pod_is_that_of_its_document()
    {
        using SandboxCluster cluster = Seed("1.37");
        StoredObject[] pods = [.. cluster.Registry.Store.List(BuiltInKinds.Pods).Objects.Walk()];
        Assert.Contains(pods, static pod => pod.Pattern is not null && pod.OwnerUids.Length > 0);
        foreach (StoredObject pod in pods)
            Assert.Equal(
                JsonSerializer.Serialize(JsonSerializer.Deserialize(pod.Json.Span, KubernetesJson.Default.Pod)!.Controller()),
                JsonSerializer.Serialize(pod.ControllerReference())
            );
    }

    [Fact]
    public void A_change_of_a_seeded_pod_changes_no_other()
    {
        using SandboxCluster cluster = Seed("1.37");
        DocumentStore store = cluster.Registry.Store;
        StoredObject[] before = [.. store.List(BuiltInKinds.Pods).Objects.Walk()];
        string[] documents = [.. before.Select(static pod => Encoding.UTF8.GetString(pod.Json.Span))];
        cluster.Registry.UpdateStatus(
            BuiltInKinds.Pods,
            before[0].Namespace,
            before[0].Name,
            static document =>
            {
                document["status"]!["message"] = "changed";
                return document;
            }
        );
        StoredObject[] after = [.. store.List(BuiltInKinds.Pods).Objects.Walk()];
        Assert.Contains("\"message\":\"changed\"", Encoding.UTF8.GetString(after[0].Json.Span), StringComparison.Ordinal);
        Assert.Equal("changed", after[0].As<Pod>().Status.Message);
        Assert.Equal(documents[1..], after.Skip(1).Select(static pod => Encoding.UTF8.GetString(pod.Json.Span)));
        Assert.Equal(documents[0], Encoding.UTF8.GetString(before[0].Json.Span));
    }

    [Fact]
    public void A_text_that_JSON_would_escape_is_refused()
    {
        using SandboxCluster cluster = Seed("1.37");
        StoredObject model = cluster.Registry.Store.List(BuiltInKinds.Pods).Objects.Walk().First();
        var pattern = new ObjectPattern(model, [model.Uid]);
        Assert.Equal("other", pattern.Make(["other"]).Uid);
        Assert.Throws<ArgumentException>(() => pattern.Make(["a\"b"]));
        Assert.Throws<ArgumentException>(() => pattern.Make(["ü"]));
        Assert.Throws<ArgumentException>(() => pattern.Make([]));
    }

    private static SandboxCluster Seed(string version)
    {
        SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0, Version = version }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        return cluster;
    }
}
