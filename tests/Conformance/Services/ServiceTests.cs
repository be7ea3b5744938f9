using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Services;

/// <summary>Addresses, ports and endpoints of services.</summary>
public sealed class ServiceTests
{
    private const string Merge = "application/merge-patch+json";

    [SkippableTheory]
    [AllBackends]
    public async Task A_Service_keeps_its_cluster_IP(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode first = (await CreateAsync(cluster, "first", """{"selector":{"app":"a"},"ports":[{"port":80}]}""")).Json,
            spec = first["spec"]!;
        string address = (string)spec["clusterIP"]!;
        Assert.Matches("^[0-9]+(\\.[0-9]+){3}$", address);
        Assert.Equal(
            (address, "ClusterIP", "None", 80, "TCP"),
            (
                (string)spec["clusterIPs"]![0]!,
                (string)spec["type"]!,
                (string)spec["sessionAffinity"]!,
                (int)spec["ports"]![0]!["targetPort"]!,
                (string)spec["ports"]![0]!["protocol"]!
            )
        );

        WireAnswer taken = await CreateAsync(cluster, "second", $$"""{"clusterIP":"{{address}}","ports":[{"port":80}]}""");
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "spec.clusterIPs"),
            (taken.Code, (string)taken.Json["details"]!["causes"]![0]!["field"]!)
        );
        Assert.EndsWith("provided IP is already allocated", (string)taken.Json["message"]!, StringComparison.Ordinal);
        WireAnswer changed = await cluster.SendAsync(
            "PATCH",
            Path(cluster) + "/first",
            """{"spec":{"clusterIP":"10.0.0.77","clusterIPs":["10.0.0.77"]}}""",
            Merge
        );
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (changed.Code, changed.Reason));
        JsonNode patched = (await cluster.SendAsync("PATCH", Path(cluster) + "/first", """{"spec":{"ports":[{"port":81}]}}""", Merge)).Json;
        Assert.Equal(address, (string)patched["spec"]!["clusterIP"]!);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_type_of_a_Service_decides_addresses_and_ports(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode headless = (await CreateAsync(cluster, "headless", """{"clusterIP":"None"}""")).Json["spec"]!;
        JsonNode node = (
            await CreateAsync(cluster, "node", """{"type":"NodePort","ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}""")
        ).Json["spec"]!;
        JsonNode balanced = (await CreateAsync(cluster, "balanced", """{"type":"LoadBalancer","ports":[{"port":80}]}""")).Json["spec"]!;
        JsonNode named = (await CreateAsync(cluster, "named", """{"type":"ExternalName","externalName":"a.example.com"}""")).Json["spec"]!;

        Assert.Equal("None", (string)headless["clusterIP"]!);
        int[] ports = [.. node["ports"]!.AsArray().Append(balanced["ports"]![0]).Select(port => (int)port!["nodePort"]!)];
        Assert.All(ports, port => Assert.InRange(port, 30_000, 32_767));
        Assert.Equal(3, ports.Distinct().Count());
        Assert.Equal(("Cluster", null), ((string)node["externalTrafficPolicy"]!, named["clusterIP"]));
        WireAnswer taken = await CreateAsync(cluster, "taken", $$"""{"type":"NodePort","ports":[{"port":80,"nodePort":{{ports[0]}}}]}""");
        Assert.Equal(
            $"Invalid value: {ports[0]}: provided port is already allocated",
            (string)taken.Json["details"]!["causes"]![0]!["message"]!
        );
        WireAnswer outside = await CreateAsync(cluster, "outside", """{"type":"NodePort","ports":[{"port":80,"nodePort":1}]}""");
        Assert.Contains(
            "provided port is not in the valid range. The range of valid ports is 30000-32767",
            (string)outside.Json["message"]!,
            StringComparison.Ordinal
        );
        WireAnswer nothing = await CreateAsync(cluster, "nothing", "{}");
        Assert.Equal(
            ("spec.ports", "Required value"),
            ((string)nothing.Json["details"]!["causes"]![0]!["field"]!, (string)nothing.Json["details"]!["causes"]![0]!["message"]!)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Endpoints_and_EndpointSlices_follow_ready_pods(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);

        // Simulated kubelets may give one address to several pods, which an old slice holds once: addresses are compared.
        await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);
        await CreateAsync(cluster, "web", """{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}""");
        string endpoints = $"/api/v1/namespaces/{cluster.Namespace}/endpoints/web";

        JsonNode subset = await Eventually.GetAsync(
            "two addresses",
            async () => (await cluster.SendAsync("GET", endpoints)).Json["subsets"]?[0] ?? new JsonObject(),
            one => one["addresses"]?.AsArray().Count == 2
        );

        Assert.Equal(
            ("http", 8080, "TCP"),
            ((string)subset["ports"]![0]!["name"]!, (int)subset["ports"]![0]!["port"]!, (string)subset["ports"]![0]!["protocol"]!)
        );
        var pods = await cluster.ListPodsAsync("app=web");
        Assert.Equal(
            pods.Select(pod => pod.Status.PodIP).Order(StringComparer.Ordinal),
            subset["addresses"]!.AsArray().Select(one => (string)one!["ip"]!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            pods.Select(pod => pod.Metadata.Name).Order(StringComparer.Ordinal),
            subset["addresses"]!.AsArray().Select(one => (string)one!["targetRef"]!["name"]!).Order(StringComparer.Ordinal)
        );
        string slices =
            $"/apis/discovery.k8s.io/{(cluster.Minor < 21 ? "v1beta1" : "v1")}/namespaces/{cluster.Namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dweb";
        JsonNode slice = await Eventually.GetAsync(
            "a slice of their addresses",
            async () => (await cluster.SendAsync("GET", slices)).Json["items"]?.AsArray().FirstOrDefault() ?? new JsonObject(),
            one =>
                pods.Select(pod => pod.Status.PodIP)
                    .ToHashSet(StringComparer.Ordinal)
                    .SetEquals(
                        (one["endpoints"]?.AsArray() ?? [])
                            .Where(endpoint => (bool?)endpoint!["conditions"]!["ready"] == true)
                            .Select(endpoint => (string)endpoint!["addresses"]![0]!)
                    )
        );
        Assert.Equal(("IPv4", 8080), ((string)slice["addressType"]!, (int)slice["ports"]![0]!["port"]!));

        await cluster.SendAsync("PATCH", Path(cluster) + "/web", """{"spec":{"selector":{"app":"nothing"}}}""", Merge);
        await Eventually.HoldsAsync("no addresses", async () => (await cluster.SendAsync("GET", endpoints)).Json["subsets"] is null);
        await cluster.SendAsync("DELETE", Path(cluster) + "/web");
        await Eventually.HoldsAsync(
            "no endpoints",
            async () => (await cluster.SendAsync("GET", endpoints)).Code == HttpStatusCode.NotFound
        );
        await Eventually.HoldsAsync("no slices", async () => (await cluster.SendAsync("GET", slices)).Json["items"]!.AsArray().Count == 0);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Events_are_equal_in_both_API_groups(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string core = $"/api/v1/namespaces/{cluster.Namespace}/events",
            grouped = $"/apis/events.k8s.io/v1/namespaces/{cluster.Namespace}/events";
        string about = $$"""{"kind":"Pod","namespace":"{{cluster.Namespace}}","name":"a"}""";
        WireAnswer first = await cluster.SendAsync(
            "POST",
            core,
            $$"""
            {"metadata":{"name":"first"},"involvedObject":{{about}},"reason":"Seen","message":"hello","type":"Normal","source":{"component":"me"},"count":2,"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-02T00:00:00Z"}
            """
        );
        WireAnswer second = await cluster.SendAsync(
            "POST",
            grouped,
            $$"""
            {"metadata":{"name":"second"},"regarding":{{about}},"reason":"Seen","note":"again","type":"Normal","action":"Look","reportingController":"example.com/me","reportingInstance":"me-1","eventTime":"2026-01-01T00:00:00.000000Z"}
            """
        );
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Code, second.Code));

        JsonNode view = (await cluster.SendAsync("GET", grouped + "/first")).Json,
            item = (await cluster.SendAsync("GET", core + "/second")).Json;

        Assert.Equal(
            ("hello", "a", "me", 2, "2026-01-02T00:00:00Z"),
            (
                (string)view["note"]!,
                (string)view["regarding"]!["name"]!,
                (string)view["deprecatedSource"]!["component"]!,
                (int)view["deprecatedCount"]!,
                (string)view["deprecatedLastTimestamp"]!
            )
        );
        Assert.Equal(
            ("again", "a", "example.com/me"),
            ((string)item["message"]!, (string)item["involvedObject"]!["name"]!, (string)item["reportingComponent"]!)
        );
        Assert.Equal(2, (await cluster.SendAsync("GET", grouped + "?fieldSelector=reason%3DSeen")).Json["items"]!.AsArray().Count);
        WireAnswer incomplete = await cluster.SendAsync(
            "POST",
            grouped,
            $$"""{"metadata":{"name":"third"},"regarding":{{about}},"reason":"Seen","type":"Normal"}"""
        );
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "eventTime"),
            (incomplete.Code, (string)incomplete.Json["details"]!["causes"]![0]!["field"]!)
        );
    }

    private static string Path(TestCluster cluster) => $"/api/v1/namespaces/{cluster.Namespace}/services";

    private static Task<WireAnswer> CreateAsync(TestCluster cluster, string name, string spec) =>
        cluster.SendAsync("POST", Path(cluster), $$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}}}""");
}
