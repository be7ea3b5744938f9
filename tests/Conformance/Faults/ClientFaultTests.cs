using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Faults;

/// <summary>What goes wrong between the client and a server that is well.</summary>
public sealed class ClientFaultTests
{
    [SkippableTheory]
    [AllBackends("429")]
    [AllBackends("503")]
    [AllBackends("drop")]
    [AllBackends("slow")]
    public async Task Transient_errors_are_not_reported(string backend, string trouble)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");
        var faults = new FaultInjectionHandler();
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));
        Fault fault = trouble switch
        {
            "429" => Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 1),
            "503" => Fault.Answer(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"),
            "drop" => Fault.Drop(),
            _ => Fault.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System),
        };

        faults.Inject(fault);
        KubernetesList<Lease> list = await client.ListAsync(
            Resources.Leases,
            new() { Namespace = cluster.Namespace, PageSize = 1 },
            default
        );
        faults.Inject(fault);
        Lease patched = await client.PatchAsync(
            Resources.Leases,
            "a",
            cluster.Namespace,
            Patch.Merge(new() { ["spec"] = new JsonObject { ["holderIdentity"] = "me" } }),
            null,
            RequestOptions.Default,
            default
        );

        Assert.Equal(["a", "b"], list.Items.Select(l => l.Metadata.Name));
        Assert.Equal("me", patched.Spec.HolderIdentity);
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_partial_list_is_never_used_as_a_whole(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        foreach (int i in Enumerable.Range(1, 5))
            await CreateAsync(cluster, $"lease-{i}");
        var faults = new FaultInjectionHandler();
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));

        faults.Inject(Fault.Truncate(500), times: 20);
        Exception? failure = await Record.ExceptionAsync(() =>
            client.ListAsync(Resources.Leases, new() { Namespace = cluster.Namespace }, default)
        );
        KubernetesList<Lease> list = await cluster.Client.ListAsync(Resources.Leases, new() { Namespace = cluster.Namespace }, default);

        Assert.NotNull(failure);
        Assert.Equal(5, list.Items.Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_list_whose_continuation_expired_is_still_complete(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        foreach (int i in Enumerable.Range(1, 5))
            await CreateAsync(cluster, $"lease-{i}");
        var faults = new FaultInjectionHandler();
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));
        faults.Inject(
            Fault.Answer(HttpStatusCode.Gone, "Expired"),
            when: r => r.RequestUri!.Query.Contains("continue=", StringComparison.Ordinal)
        );

        KubernetesList<Lease> list = await client.ListAsync(
            Resources.Leases,
            new() { Namespace = cluster.Namespace, PageSize = 2 },
            default
        );

        Assert.Equal(Enumerable.Range(1, 5).Select(i => $"lease-{i}"), list.Items.Select(l => l.Metadata.Name));
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_interrupted_watch_loses_and_repeats_no_event(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");
        var faults = new FaultInjectionHandler();
        faults.Inject(Fault.ResetAfterLines(1), times: 3, when: FaultInjectionHandler.IsWatch);
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));
        await using var watch = new WatchLog<Lease>(client.WatchAsync, Resources.Leases, new() { Namespace = cluster.Namespace });

        IReadOnlyList<string> start = await watch.UntilAsync("Synced");
        foreach (string name in (string[])["c", "d", "e", "f"])
            await CreateAsync(cluster, name);
        await cluster.Client.DeleteAsync(Resources.Leases, "a", cluster.Namespace, new(), default);
        IReadOnlyList<string> changes = await watch.UntilAsync("Deleted a");

        Assert.Equal(["Added a", "Added b", "Synced"], start);
        Assert.Equal(["Added c", "Added d", "Added e", "Added f", "Deleted a"], changes);
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_expired_watch_relists_and_reports_the_difference(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");
        var faults = new FaultInjectionHandler();
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));
        // The first watch breaks at its first event; while it is away two things change, and then its version is gone.
        faults.Inject(Fault.ResetAfterLines(0), when: FaultInjectionHandler.IsWatch);
        faults.Inject(
            Fault.AnswerJson(
                HttpStatusCode.OK,
                """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old","reason":"Expired","code":410}}"""
                    + "\n"
            ),
            when: FaultInjectionHandler.IsWatch
        );
        await using var watch = new WatchLog<Lease>(client.WatchAsync, Resources.Leases, new() { Namespace = cluster.Namespace });

        IReadOnlyList<string> start = await watch.UntilAsync("Synced");
        await cluster.Client.DeleteAsync(Resources.Leases, "a", cluster.Namespace, new(), default);
        await CreateAsync(cluster, "c");
        var changes = new List<string>();
        while (!changes.Contains("Deleted a") || !changes.Contains("Added c"))
            changes.Add(await watch.NextAsync());

        Assert.Equal(["Added a", "Added b", "Synced"], start);
        Assert.DoesNotContain(changes, c => c.EndsWith(" b", StringComparison.Ordinal));
        Assert.Equal(0, faults.Pending);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Repeated_events_are_reported_once(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var faults = new FaultInjectionHandler();
        faults.Inject(Fault.RepeatLines(), times: 5, when: FaultInjectionHandler.IsWatch);
        using KubernetesClient client = cluster.CreateClient(transport => With(faults, transport));
        await using var watch = new WatchLog<Lease>(client.WatchAsync, Resources.Leases, new() { Namespace = cluster.Namespace });
        await watch.UntilAsync("Synced");

        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");

        Assert.Equal(["Added a", "Added b"], await watch.UntilAsync("Added b"));
    }

    private static FaultInjectionHandler With(FaultInjectionHandler faults, HttpMessageHandler transport)
    {
        faults.InnerHandler = transport;
        return faults;
    }

    private static Task<Lease> CreateAsync(TestCluster cluster, string name) =>
        cluster.CreateAsync(
            Resources.Leases,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject(),
            }
        );
}
