using NodeManager.Core.Drain.State;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class WatchedObjectsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DrainServer _server = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Who_looks_gets_the_state_and_the_next_change()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        WatchedObjects<Pod> watched = await WatchAsync();
        (Pod? pod, Task changed) = watched.Look("uid-p1");
        Assert.NotNull(pod);
        _server.Pods.Remove("p1");

        await changed.WaitAsync(Limit);

        Assert.Null(watched.Find("uid-p1"));
    }

    [Fact]
    public async Task What_a_list_showed_before_the_watch_told_is_there_until_the_watch_says_otherwise()
    {
        WatchedObjects<Pod> watched = await WatchAsync();
        watched.Admit(Sample.Pod("late").ReadPod());
        (Pod? late, Task changed) = watched.Look("uid-late");
        Assert.NotNull(late);
        _server.Pods.Put(Sample.Pod("late"));
        await changed.WaitAsync(Limit);
        (_, changed) = watched.Look("uid-late");
        _server.Pods.Remove("late");
        await changed.WaitAsync(Limit);

        watched.Admit(late);

        Assert.Null(watched.Find("uid-late"));
    }

    [Fact]
    public async Task Another_object_of_the_same_name_means_that_the_former_is_gone()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        WatchedObjects<Pod> watched = await WatchAsync();
        (_, Task changed) = watched.Look("uid-p1");
        var other = Sample.Pod("p1");
        other["metadata"]!["uid"] = "another";
        _server.Pods.Put(other);

        await changed.WaitAsync(Limit);

        Assert.Null(watched.Find("uid-p1"));
        Assert.NotNull(watched.Find("another"));
    }

    [Fact]
    public async Task A_watch_that_is_refused_is_thrown_to_everyone_who_waits()
    {
        _server.Intercept = r => r.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal) ? Answers.Forbidden() : null;
        _server.Pods.Put(Sample.Pod("p1"));
        WatchedObjects<Pod> watched = await WatchAsync();

        await Assert.ThrowsAsync<NodeManager.Kubernetes.Errors.KubernetesException>(() => watched.Look("uid-p1").Changed.WaitAsync(Limit));
    }

    private async Task<WatchedObjects<Pod>> WatchAsync()
    {
        NodeManagerSession session = await _server.ConnectAsync();
        WatchedObjects<Pod> watched = new(session.Connection().Client, Resources.Pods, new());
        _ = watched.RunAsync(_stop.Token);
        await watched.Synced.WaitAsync(Limit);
        return watched;
    }
}
