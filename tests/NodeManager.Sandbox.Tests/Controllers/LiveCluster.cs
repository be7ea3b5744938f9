using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>A cluster on a clock of its own that is moved until something has happened.</summary>
internal sealed class LiveCluster : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    public LiveCluster(int nodes = 0, string version = "1.37", int seed = 1, params string[] features) =>
        Cluster = SandboxCluster.Start(
            new()
            {
                Nodes = nodes,
                Seed = seed,
                Version = version,
                Time = Clock,
                Features = features,
            }
        );

    private LiveCluster(Task controllersAfter) =>
        Cluster = SandboxCluster.Start(
            new()
            {
                Nodes = 0,
                Time = Clock,
                ControllersAfter = controllersAfter,
            }
        );

    private LiveCluster(DateTimeOffset startsAt, string[] features) =>
        Cluster = SandboxCluster.Start(
            new()
            {
                Nodes = 0,
                Time = Clock,
                StartsAt = startsAt,
                Features = features,
            }
        );

    /// <summary>One whose time waits for the work that is due, however busy the machine is: for what is measured in seconds.</summary>
    public static LiveCluster WithWaitingClock(params string[] features) => new(new ManualTimeProvider().GetUtcNow(), features);

    public static LiveCluster WithControllersAfter(Task task) => new(task);

    public ManualTimeProvider Clock { get; } = new();

    public SandboxCluster Cluster { get; }

    public ResourceRegistry Registry => Cluster.Registry;

    public DocumentStore Store => Cluster.Registry.Store;

    public IEnumerable<StoredObject> Pods => Store.List(BuiltInKinds.Pods).Objects.Walk();

    /// <summary>Moves the clock by small steps until it holds; fails after a generous real time.</summary>
    public async Task UntilAsync(Func<bool> holds, string what = "it", TimeSpan? step = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < Timeout,
                $"{what} did not happen. Faults: {string.Join("; ", Cluster.Controllers!.Faults)}"
            );
            Clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
            // Events that are being delivered come first, however busy the machine is.
            for (int i = 0; i < 3; i++)
                await Task.Run(static () => { });
        }
    }

    /// <summary>Lets so much of the cluster's time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        DateTimeOffset end = Cluster.Time.GetUtcNow() + time;
        await UntilAsync(
            () => Cluster.Time.GetUtcNow() >= end,
            step: TimeSpan.FromMilliseconds(Math.Max(100, time.TotalMilliseconds / 400))
        );
    }

    public StoredObject Create(ResourceKind kind, string json, string ns = "default") =>
        Registry.Create(kind, kind.IsNamespaced ? ns : "", JsonNode.Parse(json)!.AsObject());

    public void Nodes(params string[] names)
    {
        foreach (string name in names)
            Create(BuiltInKinds.Nodes, $$"""{"metadata":{"name":"{{name}}","labels":{"kubernetes.io/hostname":"{{name}}"} } }""");
    }

    /// <summary>Creates nodes and awaits that pods may go to each: until then the first one that is ready takes all.</summary>
    public async Task OpenNodesAsync(params string[] names)
    {
        Nodes(names);
        await UntilAsync(() => names.All(IsOpen), "all nodes ready");

        bool IsOpen(string name)
        {
            Node node = Node(name);
            return node.Spec.Taints is not { Count: > 0 }
                && node.Status.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true;
        }
    }

    public StoredObject Pod(string name, string spec = "", string annotations = "{}", string labels = "{}") =>
        Create(
            BuiltInKinds.Pods,
            $$"""{"metadata":{"name":"{{name}}","labels":{{labels}},"annotations":{{annotations}} },"spec":{"containers":[{"name":"c","image":"i:1"}]{{spec}} } }"""
        );

    public StoredObject Workload(ResourceKind kind, string name, int replicas, string more = "") =>
        Create(
            kind,
            $$"""
            {"metadata":{"name":"{{name}}"},"spec":{"replicas":{{replicas}},"selector":{"matchLabels":{"app":"{{name}}"} },
            "template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"containers":[{"name":"c","image":"i:1"}]} }{{more}} } }
            """
        );

    /// <summary>The name of a class of this priority, made if there is none.</summary>
    public string PriorityClass(int value)
    {
        string name = $"priority-{value}";
        if (Get(BuiltInKinds.PriorityClasses, name) is null)
            Create(BuiltInKinds.PriorityClasses, $$"""{"metadata":{"name":"{{name}}"},"value":{{value}} }""");
        return name;
    }

    public StoredObject? Get(ResourceKind kind, string name, string ns = "default") => Store.Get(kind, kind.IsNamespaced ? ns : "", name);

    public Node Node(string name) => Get(BuiltInKinds.Nodes, name)!.As<Node>();

    public Pod? PodNamed(string name, string ns = "default") => Get(BuiltInKinds.Pods, name, ns)?.As<Pod>();

    public int Ready(string app) => Pods.Count(pod => pod.Labels?.GetValueOrDefault("app") == app && !pod.IsDeleting && IsReady(pod));

    public static bool IsReady(StoredObject pod) =>
        pod.As<Pod>().Status.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true;

    public JsonObject Status(ResourceKind kind, string name, string ns = "default") => Get(kind, name, ns)!.ToJson()["status"]!.AsObject();

    public void Merge(ResourceKind kind, string name, Action<JsonObject> change, string ns = "default") =>
        Registry.Update(
            kind,
            kind.IsNamespaced ? ns : "",
            name,
            document =>
            {
                change(document);
                return document;
            }
        );

    public void Annotate(ResourceKind kind, string name, string key, string value, string ns = "default") =>
        Merge(kind, name, document => document.Ensure("metadata").Ensure("annotations")[key] = value, ns);

    public void Delete(ResourceKind kind, string name, long? grace = null, string ns = "default", string? propagation = null) =>
        Registry.Delete(kind, kind.IsNamespaced ? ns : "", name, new() { GracePeriod = grace, PropagationPolicy = propagation });

    public IEnumerable<string> EventsOf(string name) =>
        Store
            .List(BuiltInKinds.Events)
            .Objects.Walk()
            .Select(item => item.As<Event>())
            .Where(item => item.InvolvedObject.Name == name)
            .Select(item => $"{item.Reason}: {item.Message}");

    public void Dispose()
    {
        Cluster.Dispose();
        Assert.Empty(Cluster.Controllers!.Faults);
    }
}
