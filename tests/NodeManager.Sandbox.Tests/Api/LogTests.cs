using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;
using NodeManager.Sandbox.Tests.Http;

namespace NodeManager.Sandbox.Tests.Api;

/// <summary>Logs of containers, as kubectl reads them.</summary>
public sealed class LogTests
{
    private const string Path = "/api/v1/namespaces/default/pods/here/log";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_followed_log_stays_open_for_all_readers_until_its_container_ends()
    {
        using LiveCluster cluster = new();
        await StartAsync(cluster);
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        string whole = await http.GetStringAsync(Path);
        using HttpResponseMessage first = await http.GetAsync(Path + "?follow=true", HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage second = await http.GetAsync(Path + "?follow=true&tailLines=0", HttpCompletionOption.ResponseHeadersRead);
        Task<string> all = first.Content.ReadAsStringAsync(),
            nothing = second.Content.ReadAsStringAsync();

        // Other changes of the pod do not end it.
        cluster.Annotate(BuiltInKinds.Pods, "here", "a", "b");
        cluster.Annotate(BuiltInKinds.Pods, "here", "sandbox.nodemanager/not-ready", "true");
        await cluster.UntilAsync(() => !LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "here")!), "not ready");
        Assert.False(all.IsCompleted || nothing.IsCompleted);

        cluster.Delete(BuiltInKinds.Pods, "here", grace: 0);

        Assert.Equal((whole, ""), (await all, await nothing));
        Assert.Equal("text/plain", first.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_reboot_ends_followed_logs_and_a_reader_can_disconnect()
    {
        using LiveCluster cluster = new();
        await StartAsync(cluster);
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        using (HttpResponseMessage left = await http.GetAsync(Path + "?follow=true", HttpCompletionOption.ResponseHeadersRead))
            Assert.True(left.IsSuccessStatusCode);
        using HttpResponseMessage answer = await http.GetAsync(Path + "?follow=true", HttpCompletionOption.ResponseHeadersRead);
        Task<string> text = answer.Content.ReadAsStringAsync();

        cluster.Annotate(BuiltInKinds.Nodes, "a", "sandbox.nodemanager/boot-id", "another");

        await cluster.UntilAsync(() => text.IsCompleted, "the end");
        Assert.NotEmpty(await text);
    }

    [Fact]
    public async Task A_followed_log_starts_with_the_lines_so_far()
    {
        using LiveCluster cluster = new();
        await StartAsync(cluster);
        using var served = new ServedCluster(cluster.Cluster, null);
        string whole = await served.Http.GetStringAsync(Path);
        using HttpResponseMessage answer = await served.Http.GetAsync(
            Path + "?follow=true&sinceTime=2000-01-01T00:00:00Z",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal(whole, await lines.ReadLineAsync().WaitAsync(Timeout) + "\n");

        Task<string> rest = lines.ReadToEndAsync();
        Assert.False(rest.IsCompleted);
        cluster.Delete(BuiltInKinds.Pods, "here", grace: 0);
        Assert.Equal("", await rest.WaitAsync(Timeout));
    }

    [Fact]
    public async Task Log_lines_are_limited_by_time_lines_and_bytes()
    {
        using LiveCluster cluster = new();
        await StartAsync(cluster);
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        string whole = await http.GetStringAsync(Path);
        await cluster.PassAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(whole, await http.GetStringAsync(Path + "?sinceSeconds=3600"));
        Assert.Equal("", await http.GetStringAsync(Path + "?sinceSeconds=5"));
        Assert.Equal("", await http.GetStringAsync(Path + "?sinceTime=2999-01-01T00:00:00Z"));
        Assert.Equal(whole[..10], await http.GetStringAsync(Path + "?limitBytes=10&follow=true"));
        Assert.Matches("^[0-9]{4}-[0-9-]+T[0-9:]+Z c: ", await http.GetStringAsync(Path + "?timestamps=true"));
        Assert.Equal(400, (int)(await http.GetAsync(Path + "?sinceSeconds=0")).StatusCode);
    }

    private static async Task StartAsync(LiveCluster cluster)
    {
        await cluster.OpenNodesAsync("a");
        cluster.Pod("here");
        await cluster.UntilAsync(() => cluster.Pods.All(LiveCluster.IsReady), "running");
    }
}
