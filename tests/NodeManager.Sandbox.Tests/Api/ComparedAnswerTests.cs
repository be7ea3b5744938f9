using System.Net;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Api;

/// <summary>What long comparisons with real servers (1.20.2, 1.36.2) found once; each answer is the real server's.</summary>
public sealed class ComparedAnswerTests
{
    private const string Json = "application/json",
        Merge = "application/merge-patch+json",
        Strategic = "application/strategic-merge-patch+json",
        Apply = "application/apply-patch+yaml";
    private const string Namespace = "/api/v1/namespaces/default",
        Sets = "/apis/apps/v1/namespaces/default/statefulsets",
        Events = "/apis/events.k8s.io/v1/namespaces/default/events";
    private const string NewEvent =
        """{"metadata":{"name":"a"},"regarding":{"kind":"Pod","name":"a","namespace":"default"},"reason":"Because","note":"text","type":"Normal","action":"Acting","reportingController":"example.com/tester","reportingInstance":"one","eventTime":"2026-01-02T03:04:05.000000Z"}""";

    private const string LabelFault =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    [Theory]
    [InlineData(
        "1.36",
        "PATCH",
        Namespace + "/configmaps/a",
        Strategic,
        """{"$patch":"bogus"}""",
        500,
        "unknown patch type: bogus in map: map[$patch:bogus]"
    )]
    [InlineData("1.36", "PATCH", Namespace + "/configmaps/a", Merge, "null", 400, "Invalid JSON Patch")]
    [InlineData("1.20", "PATCH", Namespace + "/configmaps/a", Merge, "null", 500, "Invalid JSON Patch")]
    [InlineData(
        "1.20",
        "PATCH",
        Namespace + "/configmaps/a",
        Merge,
        """{"metadata":{"namespace":"other"}}""",
        400,
        "the namespace of the object (other) does not match the namespace on the request (default)"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        Namespace + "/configmaps/a",
        Merge,
        """{"metadata":{"namespace":"other"}}""",
        400,
        "the namespace of the provided object does not match the namespace sent on the request"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        Namespace + "/configmaps/a?fieldManager=m",
        Apply,
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""",
        400,
        "the name of the object (b) does not match the name on the URL (a)"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        Namespace + "/configmaps/b?fieldManager=m",
        Apply,
        """{"apiVersion":"v1","kind":"ConfigMap"}""",
        400,
        "the name of the object (b based on URL) was undeterminable: name must be provided"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        Namespace + "/configmaps/b?fieldManager=m",
        Apply,
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","labels":3,"uid":"1"}}""",
        500,
        "failed to create typed patch object (/b; /v1, Kind=ConfigMap): .metadata.labels: expected map, got &{3}"
    )]
    [InlineData(
        "1.36",
        "POST",
        Namespace + "/services",
        Json,
        """{"metadata":{"name":"a"},"spec":{"selector":{"app":"x!"},"ports":[{"port":80}]}}""",
        422,
        null
    )]
    [InlineData(
        "1.36",
        "POST",
        Namespace + "/services",
        Json,
        """{"metadata":{"name":"a"},"spec":{"internalTrafficPolicy":"All","ports":[{"port":80}]}}""",
        422,
        "Service \"a\" is invalid: spec.internalTrafficPolicy: Unsupported value: \"All\": supported values: \"Cluster\", \"Local\""
    )]
    [InlineData(
        "1.36",
        "POST",
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        Json,
        """{"metadata":{"name":"a"},"value":1,"preemptionPolicy":""}""",
        422,
        "PriorityClass.scheduling.k8s.io \"a\" is invalid: preemptionPolicy: Required value"
    )]
    [InlineData(
        "1.36",
        "POST",
        "/apis/storage.k8s.io/v1/storageclasses",
        Json,
        """{"metadata":{"name":"b"}}""",
        422,
        "StorageClass.storage.k8s.io \"b\" is invalid: provisioner: Required value"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        "/apis/storage.k8s.io/v1/storageclasses/a",
        Merge,
        """{"reclaimPolicy":"Retain"}""",
        422,
        "StorageClass.storage.k8s.io \"a\" is invalid: reclaimPolicy: Invalid value: \"Retain\": field is immutable"
    )]
    [InlineData(
        "1.20",
        "PATCH",
        "/apis/storage.k8s.io/v1/storageclasses/a",
        Merge,
        """{"reclaimPolicy":"Retain"}""",
        422,
        "StorageClass.storage.k8s.io \"a\" is invalid: reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden."
    )]
    [InlineData(
        "1.36",
        "POST",
        "/api/v1/persistentvolumes",
        Json,
        """{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":null},"hostPath":{"path":"/data"}}}""",
        422,
        "PersistentVolume \"a\" is invalid: spec.capacity[storage]: Invalid value: \"0\": must be greater than zero"
    )]
    [InlineData(
        "1.20",
        "POST",
        Sets,
        Json,
        """{"metadata":{"name":"b"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b","bad key!":"v"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
        422,
        "StatefulSet.apps \"b\" is invalid: spec.template.labels: Invalid value: \"bad key!\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    )]
    [InlineData(
        "1.36",
        "POST",
        Sets,
        Json,
        """{"metadata":{"name":"b"},"spec":{"serviceName":"No","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
        422,
        "StatefulSet.apps \"b\" is invalid: spec.serviceName: Invalid value: \"No\": " + LabelFault
    )]
    [InlineData(
        "1.36",
        "POST",
        Sets,
        Json,
        """{"metadata":{"name":"b"},"spec":{"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"resources":{"requests":{"storage":"1Gi"}}}}],"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
        422,
        "StatefulSet.apps \"b\" is invalid: spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required"
    )]
    [InlineData("1.36", "PATCH", Sets + "/a/scale", Merge, """{"spec":{"replicas":"x"}}""", 422, null)]
    [InlineData(
        "1.36",
        "POST",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        Json,
        """{"spec":{"minAvailable":-1}}""",
        422,
        "PodDisruptionBudget.policy \"\" is invalid: spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"
    )]
    [InlineData(
        "1.36",
        "PATCH",
        Events + "/a",
        Merge,
        """{"reportingInstance":"other"}""",
        422,
        "Event \"a\" is invalid: reportingInstance: Invalid value: \"other\": field is immutable"
    )]
    public async Task A_request_is_refused_like_by_the_real_server(
        string version,
        string method,
        string path,
        string contentType,
        string body,
        int code,
        string? message
    )
    {
        using TestCluster cluster = await StartAsync(version);

        (HttpStatusCode answered, JsonObject status) = await cluster.SendAsync(method, path, body, contentType);

        Assert.Equal((code, message ?? (string?)status["message"]), ((int)answered, (string?)status["message"]));
    }

    [Theory]
    [InlineData(
        "1.36",
        "POST",
        Namespace + "/serviceaccounts",
        Json,
        """{"metadata":{"name":"a"},"secrets":[{}],"imagePullSecrets":[{"name":"a"}]}""",
        """{"secrets":[{}],"imagePullSecrets":[{"name":"a"}]}"""
    )]
    [InlineData(
        "1.36",
        "POST",
        Namespace + "/secrets",
        Json,
        """{"metadata":{"name":"a"},"data":{"key":null}}""",
        """{"data":{"key":""}}"""
    )]
    [InlineData(
        "1.20",
        "PATCH",
        Namespace + "/configmaps/a?fieldManager=m",
        Apply,
        """{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"}}""",
        """{"data":{"a":"b"}}"""
    )]
    [InlineData("1.20", "PATCH", Events + "/a", Merge, """{"reportingInstance":"other"}""", """{"reportingInstance":"other"}""")]
    public async Task A_request_is_accepted_like_by_the_real_server(
        string version,
        string method,
        string path,
        string contentType,
        string body,
        string expected
    )
    {
        using TestCluster cluster = await StartAsync(version);

        JsonObject answer = await cluster.OkAsync(method, path, body, contentType);

        foreach ((string member, JsonNode? value) in JsonNode.Parse(expected)!.AsObject())
            Assert.True(JsonNode.DeepEquals(value, answer[member]), answer.ToJsonString());
    }

    [Theory]
    [InlineData("Foreground")]
    [InlineData("Orphan")]
    public async Task An_event_is_deleted_immediately_with_any_propagation_policy(string policy)
    {
        using TestCluster cluster = await StartAsync("1.36");

        JsonObject answer = await cluster.OkAsync("DELETE", $"{Events}/a?propagationPolicy={policy}");

        Assert.Equal("Success", (string?)answer["status"]);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", Events + "/a")).Code);
    }

    [Fact]
    public async Task A_status_update_of_a_workload_also_updates_annotations_and_finalizers()
    {
        using TestCluster cluster = await StartAsync("1.36");

        JsonNode metadata = (
            await cluster.MergeAsync(
                Sets + "/a/status",
                """{"metadata":{"annotations":{"a":"b"},"finalizers":["example.com/hold"]},"spec":{"replicas":5}}"""
            )
        )["metadata"]!;

        Assert.Equal(
            ("b", "example.com/hold", 1),
            ((string?)metadata["annotations"]!["a"], (string?)metadata["finalizers"]![0], (int)metadata["generation"]!)
        );
    }

    [Fact]
    public async Task Atomic_lists_have_no_owner_of_elements()
    {
        using var cluster = new TestCluster("1.36");

        JsonObject account = await cluster.CreateAsync(Namespace + "/serviceaccounts", """{"metadata":{"name":"a"},"secrets":[{}]}""");

        Assert.Null(account["metadata"]!["managedFields"]);
    }

    private static async Task<TestCluster> StartAsync(string version)
    {
        var cluster = new TestCluster(version);
        await cluster.CreateAsync(Namespace + "/configmaps", """{"metadata":{"name":"a"}}""");
        await cluster.CreateAsync(
            "/apis/storage.k8s.io/v1/storageclasses",
            """{"metadata":{"name":"a"},"provisioner":"example.com/disk"}"""
        );
        await cluster.CreateAsync(
            Sets,
            """{"metadata":{"name":"a"},"spec":{"replicas":2,"serviceName":"a","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"""
        );
        await cluster.CreateAsync(Events, NewEvent);
        return cluster;
    }
}
