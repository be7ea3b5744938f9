using Microsoft.AspNetCore.Http;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Watching;

/// <summary>Over a real connection that the server really cuts.</summary>
public sealed class CutConnectionTests
{
    [Fact]
    public async Task A_watch_and_a_list_survive_a_closed_connection()
    {
        using var certificates = new TestCertificates();
        int lists = 0,
            watches = 0;
        // Cut too early, the connection takes along what was on its way.
        using var heard = new SemaphoreSlim(0);
        await using TlsServer server = await TlsServer.StartAsync(
            certificates.Server(),
            async context =>
            {
                context.Response.ContentType = "application/json";
                if (!context.Request.Query.ContainsKey("watch"))
                {
                    await WriteAsync(context, $$"""{"metadata":{"resourceVersion":"10"},"items":[{{ScriptedApi.Node("a", 1)}}""");
                    if (Interlocked.Increment(ref lists) == 1)
                        context.Abort();
                    else
                        await WriteAsync(context, "]}");
                    return;
                }

                int version = 10 + Interlocked.Increment(ref watches);
                await WriteAsync(context, ScriptedApi.Event("MODIFIED", ScriptedApi.Node("a", version)) + "\n" + """{"type":"MODI""");
                await heard.WaitAsync(context.RequestAborted);
                context.Abort();
            }
        );
        using var folder = new TemporaryFolder();
        using KubernetesClient client = KubernetesClient.Create(
            Kubeconfig.Load(
                new()
                {
                    SkipTlsVerify = true,
                    Paths =
                    [
                        folder.Write(
                            "config",
                            $"""
                            current-context: c
                            contexts:
                            - name: c
                              context:
                                cluster: k
                                user: u
                            clusters:
                            - name: k
                              cluster:
                                server: {server.Address}
                            users:
                            - name: u
                            """
                        ),
                    ],
                }
            ),
            new()
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        List<string?> versions = [];

        await foreach (WatchEvent<Node> change in client.WatchAsync(Resources.Nodes, new(), limit.Token))
        {
            if (change.Type != WatchEventType.Synced)
                versions.Add(change.Object.Metadata.ResourceVersion);
            if (change.Type == WatchEventType.Modified)
                heard.Release();
            if (versions.Count == 4)
                break;
        }

        Assert.Equal(["1", "11", "12", "13"], versions);
        Assert.Equal(2, lists);
    }

    private static async Task WriteAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }
}
