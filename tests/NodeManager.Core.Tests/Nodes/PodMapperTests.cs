using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class PodMapperTests
{
    private static readonly NodeManagerSession Session = new()
    {
        Id = 1,
        Cluster = "prod",
        Source = "Kubeconfig",
        Server = new("https://prod/"),
    };

    // The cases that kubectl's users know. Two containers a and b; init containers first, and a sidecar s where named.
    [Theory]
    [InlineData("""{"phase":"Pending"}""", "Pending", 0, 2, 0)]
    [InlineData(
        """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}""",
        "SchedulingGated",
        0,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]}""",
        "ContainerCreating",
        0,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"restartCount":2,"state":{"running":{}}},{"name":"b","ready":true,"restartCount":1,"state":{"running":{}}}]}""",
        "Running",
        2,
        2,
        3
    )]
    [InlineData(
        """{"phase":"Running","containerStatuses":[{"name":"a","restartCount":5,"state":{"waiting":{"reason":"CrashLoopBackOff"}}},{"name":"b","ready":true,"state":{"running":{}}}]}""",
        "CrashLoopBackOff",
        1,
        2,
        5
    )]
    [InlineData(
        """{"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}],"conditions":[{"type":"Ready","status":"True"}]}""",
        "Running",
        1,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}""",
        "NotReady",
        1,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Succeeded","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}""",
        "Completed",
        0,
        2,
        0
    )]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]}""", "ExitCode:3", 0, 2, 0)]
    [InlineData(
        """{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}""",
        "Signal:9",
        0,
        2,
        0
    )]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "Evicted", 0, 2, 0)]
    [InlineData(
        """{"phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":1,"state":{"running":{}}},{"name":"j","state":{"waiting":{"reason":"PodInitializing"}}}]}""",
        "Init:0/2",
        0,
        2,
        1
    )]
    [InlineData(
        """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","state":{"waiting":{"reason":"PodInitializing"}}}]}""",
        "Init:1/2",
        0,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}""",
        "Init:Error",
        0,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":7}}}]}""",
        "Init:ExitCode:7",
        0,
        2,
        0
    )]
    [InlineData(
        """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""",
        "Init:ImagePullBackOff",
        0,
        2,
        0
    )]
    public void Status_and_counts_are_what_kubectl_shows(string status, string text, int ready, int containers, int restarts) =>
        Assert.Equal(
            new(text, ready, containers, restarts),
            PodStatusText.Of(
                Sample.Pod(
                    $$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"i"},{"name":"j"}]},"status":{{status}}}"""
                )
            )
        );

    [Theory]
    [InlineData("""{"phase":"Running"}""", "Terminating")]
    [InlineData("""{"phase":"Succeeded"}""", "Succeeded")]
    [InlineData("""{"phase":"Running","reason":"NodeLost"}""", "Unknown")]
    public void A_pod_being_deleted_has_status_Terminating(string status, string text) =>
        Assert.Equal(
            text,
            PodStatusText
                .Of(Sample.Pod($$"""{"metadata":{"name":"p","deletionTimestamp":"2025-01-01T00:00:00Z"},"status":{{status}}}"""))
                .Status
        );

    [Fact]
    public void A_sidecar_counts_as_a_container() =>
        Assert.Equal(
            new("Running", 2, 2, 4),
            PodStatusText.Of(
                Sample.Pod(
                    """
                    {"metadata":{"name":"p"},"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}]},
                     "status":{"phase":"Running","initContainerStatuses":[
                       {"name":"i","restartCount":9,"state":{"terminated":{"exitCode":0}}},
                       {"name":"s","ready":true,"started":true,"restartCount":3,"state":{"running":{}}}],
                       "containerStatuses":[{"name":"a","ready":true,"restartCount":1,"state":{"running":{}}}]}}
                    """
                )
            )
        );

    [Fact]
    public void All_fields_of_a_pod_are_read()
    {
        NodePod pod = PodMapper.Map(
            Sample.Pod(
                """
                {"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","creationTimestamp":"2025-01-01T00:00:00Z","labels":{"app":"web"},
                   "ownerReferences":[{"kind":"Other","name":"x"},{"kind":"ReplicaSet","name":"web","controller":true}]},
                 "spec":{"nodeName":"n","priority":1000,"priorityClassName":"high","overhead":{"cpu":"50m"},
                   "containers":[{"name":"a","resources":{"requests":{"cpu":"250m","memory":"64Mi","nvidia.com/gpu":"1"}}}]},
                 "status":{"phase":"Running","podIP":"10.1.2.3","qosClass":"Burstable","conditions":[{"type":"Ready","status":"True"}]}}
                """
            ),
            Session,
            new(2025, 1, 1, 1, 0, 0, TimeSpan.Zero)
        );

        Assert.Equal(("shop", "web-1", "n", "u-1", "prod"), (pod.Namespace, pod.Name, pod.NodeName, pod.Uid, pod.Cluster));
        Assert.Equal(("ReplicaSet", "web"), (pod.OwnerKind, pod.OwnerName));
        Assert.Equal((1000, "high", "Burstable", "10.1.2.3"), (pod.Priority, pod.PriorityClass, pod.QosClass, pod.PodIP));
        Assert.Equal((0.3m, 64L << 20), (pod.Requested.Cpu, pod.Requested.Memory));
        Assert.Equal(1, pod.Requested.Extended["nvidia.com/gpu"]);
        Assert.True(pod.Ready);
        Assert.Equal(TimeSpan.FromHours(1), pod.Age);
    }

    [Fact]
    public async Task Pods_without_a_node_are_skipped_and_pods_of_one_node_are_selected_by_the_server()
    {
        var server = new FakeServer(request =>
            request.Path switch
            {
                "/api/v1/nodes" => FakeServer.List(Node("n", "uid-n"), Node("other", "uid-o")),
                "/api/v1/nodes/n" => FakeServer.Json(Node("n", "uid-n")),
                _ => FakeServer.List(Sample.PodJson("p", "n"), Sample.PodJson("pending", "")),
            }
        );
        using NodeManagerSession session = await server.ConnectAsync();

        List<NodePod> all = await NodePodReader.ReadAsync(session, null, null, null, default).ToListAsync();
        List<NodePod> one = await NodePodReader.ReadAsync(session, "N", "shop", "app=web", default).ToListAsync();

        Assert.Equal([("p", "uid-n")], all.Select(p => (p.Name, p.NodeUid)));
        Assert.Equal([("p", "uid-n")], one.Select(p => (p.Name, p.NodeUid)));
        Request[] lists = [.. server.Requests.Where(static request => request.Path.EndsWith("/pods", StringComparison.Ordinal))];
        Assert.Equal("/api/v1/namespaces/shop/pods", lists[1].Path);
        Assert.Equal(("spec.nodeName=n", "app=web"), (lists[1]["fieldSelector"], lists[1]["labelSelector"]));
    }

    [Fact]
    public async Task Pods_of_a_replaced_node_are_refused_and_pods_of_an_unreadable_node_have_no_node_uid()
    {
        bool mayRead = true;
        var server = new FakeServer(request =>
            request.Path != "/api/v1/nodes/n" ? FakeServer.List(Sample.PodJson("p", "n"))
            : mayRead ? FakeServer.Json(Node("n", "new"))
            : FakeServer.Refusal(System.Net.HttpStatusCode.Forbidden, "Forbidden", "no", "nodes", "n")
        );
        using NodeManagerSession session = await server.ConnectAsync();

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(async () =>
            await NodePodReader.ReadAsync(session, new NodeTarget("n", "former"), null, null, default).ToListAsync()
        );
        mayRead = false;
        NodePod pod = Assert.Single(
            await NodePodReader.ReadAsync(session, new NodeTarget("n", "former"), null, null, default).ToListAsync()
        );

        Assert.Equal(ErrorIds.NodeReplaced, refused.ErrorId);
        Assert.Equal("", pod.NodeUid);
    }

    private static JsonObject Node(string name, string uid) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid },
        };
}
