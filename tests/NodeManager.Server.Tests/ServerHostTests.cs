using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodeManager.Sandbox;
using NodeManager.Server.Clusters;
using NodeManager.Server.Tour;

namespace NodeManager.Server.Tests;

public sealed partial class ServerHostTests
{
    private readonly StringWriter _output = new();

    [Fact]
    public async Task The_cluster_of_a_kubeconfig_is_served_on_loopback_with_its_name()
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 3 });
        using SandboxServer served = cluster.Serve(new());
        NodeManagerSession session;
        using (IHost host = Build("serve", "--port", "0", "--kubeconfig", served.KubeconfigPath))
        {
            await host.StartAsync();
            session = host.Services.GetRequiredService<ClusterSession>().Session;
            string address = Assert.Single(((WebApplication)host).Urls);
            Match curl = Curl().Match(_output.ToString());
            using HttpClient http = new();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", curl.Groups["token"].Value);
            JsonArray nodes = (await http.GetFromJsonAsync<JsonArray>(new Uri(curl.Groups["address"].Value)))!;
            http.DefaultRequestHeaders.Authorization = null;
            HttpResponseMessage stranger = await http.GetAsync(new Uri(curl.Groups["address"].Value));

            // A token in an argument of curl would be in the list of processes and in the shell's history.
            Assert.DoesNotContain("Bearer " + curl.Groups["token"].Value, _output.ToString(), StringComparison.Ordinal);
            Assert.Equal(3, nodes.Count);
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
            Assert.Equal("127.0.0.1", new Uri(address).Host);
            Assert.StartsWith(address, curl.Groups["address"].Value, StringComparison.Ordinal);
            Assert.Contains(
                $"Cluster '{session.Cluster}' (context '{session.Context}', {served.Address}",
                _output.ToString(),
                StringComparison.Ordinal
            );
            Assert.Contains($"Kubernetes {session.ServerVersion}", _output.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("Draining", _output.ToString(), StringComparison.Ordinal);
            await host.StopAsync();
        }

        Assert.Equal("Disconnected", session.State);
    }

    [Fact]
    public async Task A_missing_context_prevents_the_start()
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 0 });
        using SandboxServer served = cluster.Serve(new());
        using IHost host = Build("serve", "--port", "0", "--kubeconfig", served.KubeconfigPath, "--context", "elsewhere");

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => host.StartAsync());

        Assert.Contains("elsewhere", error.Message, StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void A_port_in_use_is_reported_before_the_start()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        NodeManagerException error = Assert.Throws<NodeManagerException>(() => Build("demo", "--port", $"{port}"));

        Assert.Equal("PortUnavailable", error.ErrorId);
        Assert.Contains($"Port {port} of 127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("0 for a free one", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task The_tour_without_a_server_opens_no_port()
    {
        using IHost host = Build("demo", "--once");

        await host.StartAsync();
        await host.StopAsync();

        Assert.IsNotType<WebApplication>(host);
        Assert.True(host.Services.GetRequiredService<TourService>().HasSucceeded, _output.ToString());
        Assert.Contains("Back in service", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_console_answers_during_the_tour_which_a_stop_ends()
    {
        using HeldOutput output = new("What a drain of");
        using IHost host = ServerHost.Build(CommandLines.Parse("demo", "--port", "0"), new(output, color: false));
        await host.StartAsync();
        await output.Reached.WaitAsync(TimeSpan.FromMinutes(1));
        TourService tour = host.Services.GetRequiredService<TourService>();

        using HttpClient client = new();
        using HttpResponseMessage page = await client.GetAsync(new Uri(((WebApplication)host).Urls.First()));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.False(tour.HasSucceeded);
        Task stopped = host.StopAsync();
        output.Release();
        await stopped.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(tour.HasSucceeded);
        Assert.DoesNotContain("until Ctrl-C", output.ToString(), StringComparison.Ordinal);
    }

    private IHost Build(params string[] arguments) => ServerHost.Build(CommandLines.Parse(arguments), new(_output, color: false));

    // Holds whoever writes a line with the text, until it is released.
    private sealed class HeldOutput(string text) : StringWriter
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Reached => _reached.Task;

        public void Release() => _released.Set();

        public override void WriteLine(StringBuilder? value)
        {
            base.WriteLine(value);
            if (value?.ToString().Contains(text, StringComparison.Ordinal) != true)
                return;
            _reached.TrySetResult();
            _released.Wait();
        }

        protected override void Dispose(bool disposing)
        {
            _released.Set();
            _released.Dispose();
            base.Dispose(disposing);
        }
    }

    [GeneratedRegex("Token that reads: +(?<token>[0-9a-f]+)(?s:.*)-H @- (?<address>\\S+)")]
    private static partial Regex Curl();
}
