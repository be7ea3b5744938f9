using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Server.Delegation;
using NodeManager.Server.Nodes;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Limits;

/// <summary>In the cluster, a client without credentials takes nothing from those who have some.</summary>
public sealed class TokenFloodTests : IAsyncLifetime
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    // Longer than the answers about a token count: hers is asked about again under the flood.
    private static readonly TimeSpan FloodFor = 2 * AccessReviewer.Lifetime + TimeSpan.FromSeconds(6);

    private NodeManagerSession _session = null!;
    private WebApplication _app = null!;
    private HttpClient _admin = null!;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 6, Rbac = true });
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        var api = new ApiAccount(_session);
        string token = await api.CreateAsync("chief-of-nodes", """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]""");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Pages.ConsoleFiles.None);
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(_session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        _app = ApiHost.Build(builder, new(IPAddress.Loopback, 0, IsDelegated: true));
        await _app.StartAsync();
        _admin = new() { BaseAddress = new(_app.Urls.First()) };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _app.DisposeAsync();
        _session.Dispose();
    }

    [Fact]
    public async Task An_admin_works_and_her_stream_lasts_while_an_anonymous_client_floods_tokens()
    {
        using HttpResponseMessage stream = await _admin.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Task ended = ReadToEndAsync(events);
        using var stop = new CancellationTokenSource();
        Task<int>[] floods = [.. Enumerable.Range(0, 8).Select(_ => FloodAsync(stop.Token))];
        List<HttpStatusCode> codes = [];
        string node = (await _session.Connection().Client.ListAsync(Resources.Nodes, new(), CancellationToken.None))
            .Items[^1]
            .Metadata
            .Name;

        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; System.Diagnostics.Stopwatch.GetElapsedTime(start) < FloodFor; i++)
        {
            using HttpResponseMessage answer =
                i % 2 == 0
                    ? await _admin.GetAsync(Nodes)
                    : await _admin.PostAsync($"{Nodes}/{node}/{(i % 4 == 1 ? "cordon" : "uncordon")}", null);
            codes.Add(answer.StatusCode);
            await Task.Delay(50);
        }

        await stop.CancelAsync();
        int[] sent = await Task.WhenAll(floods);
        Assert.InRange(sent.Sum(), 1000, int.MaxValue);
        Assert.Equal([HttpStatusCode.OK], codes.Distinct());
        Assert.False(ended.IsCompleted, "The event stream was cut.");
    }

    [Fact]
    public async Task Unknown_tokens_of_an_address_get_429_and_other_addresses_do_not()
    {
        var clock = new ManualTimeProvider();
        using var reviewer = new AccessReviewer(_app.Services.GetRequiredService<ClusterSession>(), clock);
        int refused = 0;
        for (int i = 0; i < 3 * ReviewBudgets.UnknownBurst; i++)
        {
            try
            {
                Assert.Null(await reviewer.AuthenticateAsync($"wrong-{i}", "10.0.0.1", isFresh: false, CancellationToken.None));
            }
            catch (NodeManagerException busy) when (busy.ErrorId == "TooManyRequests")
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, int.MaxValue);
        Assert.Null(await reviewer.AuthenticateAsync("wrong", "10.0.0.2", isFresh: false, CancellationToken.None));
        string token = _admin.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.NotNull(await reviewer.AuthenticateAsync(token, "10.0.0.2", isFresh: false, CancellationToken.None));
        // Known now: wherever it comes from, and however often others fail from there.
        clock.Advance(AccessReviewer.Lifetime);
        Assert.NotNull(await reviewer.AuthenticateAsync(token, "10.0.0.1", isFresh: false, CancellationToken.None));
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::1")]
    public void An_IPv6_address_is_counted_by_its_subnet(string address, string source) =>
        Assert.Equal(source, CallerAddress.Of(IPAddress.Parse(address)));

    private static async Task ReadToEndAsync(StreamReader events)
    {
        while (await events.ReadLineAsync() is not null) { }
    }

    private async Task<int> FloodAsync(CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = _admin.BaseAddress };
        int sent = 0;
        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Nodes);
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                Convert.ToHexString(RandomNumberGenerator.GetBytes(16))
            );
            using HttpResponseMessage answer = await client.SendAsync(request, CancellationToken.None);
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests });
            sent++;
            // A thousand tokens a second are far beyond the limit, and leave the machine to other tests.
            await Task.Delay(5, CancellationToken.None);
        }

        return sent;
    }
}
