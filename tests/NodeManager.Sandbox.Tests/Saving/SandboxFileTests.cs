using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Saving;
using NodeManager.Sandbox.Tests.Controllers;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Saving;

public sealed class SandboxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LiveCluster _live = new(nodes: 6);

    private string File => _folder.Path("cluster.sandbox");

    public void Dispose()
    {
        _live.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_restored_cluster_keeps_resourceVersions_and_UIDs_and_continues()
    {
        _live.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ApiError,
                Name = "later",
                At = _live.Clock.GetUtcNow() + TimeSpan.FromHours(1),
                For = TimeSpan.FromMinutes(5),
            }
        );
        _live.Cluster.Save(File, includeSecrets: false, replace: false);
        SavedCluster saved = SandboxFile.Read(File);
        using SandboxCluster restored = SandboxCluster.Restore(saved, null, [], new ManualTimeProvider());

        Assert.Equal(("1.37", _live.Clock.GetUtcNow(), 1.0), (saved.Version, saved.Time, saved.Speed));
        Assert.Equal(saved.Time, restored.Time.GetUtcNow());
        long version = saved.Header.ResourceVersion;
        Assert.True(restored.Registry.Store.Version >= version);
        Assert.Equal(saved.Header.Objects, saved.Objects.Count);
        Dictionary<string, StoredObject> after = restored.Registry.Store.Capture().Objects.ToDictionary(item => item.Uid);
        // Restored, it is another cluster: see KubeSystemUid.
        SavedObject identity = Assert.Single(
            saved.Objects,
            static item => item.Plural == "namespaces" && (string?)item.Document["metadata"]!["name"] == "kube-system"
        );
        Assert.NotEqual(
            (string?)identity.Document["metadata"]!["uid"],
            restored.Registry.Get(BuiltInKinds.Namespaces, "", "kube-system").Uid
        );
        foreach (SavedObject item in saved.Objects.Where(item => item != identity))
        {
            // What lives may have changed it since: then under a version that comes after all of the saved ones.
            StoredObject again = after[(string)item.Document["metadata"]!["uid"]!];
            Assert.True(
                again.Version == item.Version || again.Version > version,
                $"{again.Kind} {again.Name}: {again.Version} after {item.Version}"
            );
        }

        Assert.Equal((SandboxFaultState.Waiting, "later"), (restored.GetFaults()[0].State, restored.GetFaults()[0].Request.Name));
        string uid = restored
            .Registry.Create(BuiltInKinds.ConfigMaps, "default", new() { ["metadata"] = new JsonObject { ["name"] = "new" } })
            .Uid;
        Assert.DoesNotContain(saved.Objects, item => (string?)item.Document["metadata"]!["uid"] == uid);
        Assert.Null(restored.Registry.Store.OpenCursor(BuiltInKinds.Pods, version - 1));
    }

    [Fact]
    public void Options_of_the_cluster_are_restored()
    {
        using SandboxCluster cluster = SandboxCluster.Start(
            new()
            {
                Nodes = 0,
                Features = [SandboxFeatures.EvictionRequest],
                Time = new ManualTimeProvider(),
            }
        );

        cluster.Save(File, includeSecrets: false, replace: false);
        using SandboxCluster restored = SandboxCluster.Restore(SandboxFile.Read(File), null, [], new ManualTimeProvider());

        Assert.Equal([SandboxFeatures.EvictionRequest], restored.Options.Features);
        Assert.NotNull(restored.Catalog.Find("lifecycle.k8s.io", "v1alpha1", "evictionrequests"));
    }

    [Fact]
    public void Custom_resources_are_restored_with_their_definitions()
    {
        _live.Create(
            BuiltInKinds.CustomResourceDefinitions,
            """
            {"metadata":{"name":"boxes.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"kind":"Box","plural":"boxes","singular":"box","listKind":"BoxList"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}}}]}}
            """
        );
        ResourceKind boxes = _live.Cluster.Catalog.Find("example.com", "v1", "boxes")!;
        _live.Registry.Create(
            boxes,
            "default",
            JsonNode.Parse("""{"apiVersion":"example.com/v1","kind":"Box","metadata":{"name":"one"},"spec":{"size":3}}""")!.AsObject()
        );

        _live.Cluster.Save(File, includeSecrets: false, replace: false);
        using SandboxCluster restored = SandboxCluster.Restore(SandboxFile.Read(File), null, [], new ManualTimeProvider());

        ResourceKind again = restored.Catalog.Find("example.com", "v1", "boxes")!;
        Assert.Equal(3, (int?)restored.Registry.Get(again, "default", "one").ToJson()["spec"]!["size"]);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "c2VjcmV0LXZhbHVl")]
    public void Values_of_Secrets_are_saved_only_on_request(bool include, string expected)
    {
        _live.Create(BuiltInKinds.Secrets, """{"metadata":{"name":"key"},"data":{"password":"c2VjcmV0LXZhbHVl"}}""");

        _live.Cluster.Save(File, include, replace: false);

        using SandboxCluster restored = SandboxCluster.Restore(SandboxFile.Read(File), null, [], new ManualTimeProvider());
        Assert.Equal(expected, (string?)restored.Registry.Get(BuiltInKinds.Secrets, "default", "key").ToJson()["data"]!["password"]);
        Assert.Equal(include, Unpack().Contains("c2VjcmV0LXZhbHVl", StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_is_private_and_replaced_only_on_request()
    {
        _live.Cluster.Save(File, includeSecrets: false, replace: false);

        NodeManagerException refusal = Assert.Throws<NodeManagerException>(() =>
            _live.Cluster.Save(File, includeSecrets: false, replace: false)
        );
        _live.Cluster.Save(File, includeSecrets: false, replace: true);

        Assert.Equal(ErrorIds.SandboxFileExists, refusal.ErrorId);
        Assert.Single(Directory.GetFiles(_folder.Path(".")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("cut short")]
    [InlineData("a byte changed")]
    [InlineData("an object changed")]
    [InlineData("an object missing")]
    [InlineData("something else")]
    [InlineData("of a newer format")]
    public void A_damaged_file_is_reported(string damage)
    {
        _live.Cluster.Save(File, includeSecrets: false, replace: false);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        string text = Unpack();
        switch (damage)
        {
            case "cut short":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "a byte changed":
                bytes[bytes.Length / 2] ^= 0x55;
                break;
            case "an object changed":
                bytes = Pack(text.Replace("worker-1a-01", "worker-9a-99", StringComparison.Ordinal));
                break;
            case "an object missing":
                int line = text.IndexOf('\n', StringComparison.Ordinal);
                bytes = Pack(text.Remove(line, text.IndexOf('\n', line + 1) - line));
                break;
            case "something else":
                bytes = Encoding.UTF8.GetBytes("apiVersion: v1");
                break;
            default:
                bytes = Pack(text.Replace("\"formatVersion\":1", "\"formatVersion\":99", StringComparison.Ordinal));
                break;
        }

        System.IO.File.WriteAllBytes(File, bytes);

        NodeManagerException refusal = Assert.Throws<NodeManagerException>(() => SandboxFile.Read(File));
        Assert.Equal(ErrorIds.SandboxFileDamaged, refusal.ErrorId);
        Assert.Contains(File, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_reported() =>
        Assert.Equal(ErrorIds.SandboxFileNotFound, Assert.Throws<NodeManagerException>(() => SandboxFile.Read(File)).ErrorId);

    private string Unpack()
    {
        using var zip = new GZipStream(System.IO.File.OpenRead(File), CompressionMode.Decompress);
        return new StreamReader(zip).ReadToEnd();
    }

    private static byte[] Pack(string text)
    {
        var into = new MemoryStream();
        using (var zip = new GZipStream(into, CompressionLevel.Fastest))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return into.ToArray();
    }
}
