using System.Text;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

/// <summary>A server with TLS, and kubeconfigs for it.</summary>
public abstract class AuthenticationTestBase : IAsyncLifetime, IDisposable
{
    protected TestCertificates Certificates { get; } = new();

    protected TemporaryFolder Folder { get; } = new();

    protected ManualTimeProvider Time { get; } = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected ListLogger Logger { get; } = new();

    protected TlsServer Server { get; private set; } = null!;

    /// <summary>A token that the server takes; null: it takes everybody.</summary>
    protected string? Expected { get; set; }

    public async Task InitializeAsync() =>
        Server = await TlsServer.StartAsync(
            Certificates.Server(),
            context =>
                Expected is null || context.Request.Headers.Authorization == $"Bearer {Expected}"
                    ? TlsServer.AnswerVersion(context)
                    : TlsServer.Refuse(context, System.Net.HttpStatusCode.Unauthorized)
        );

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose()
    {
        Certificates.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client for a kubeconfig with these fields, in flow style.</summary>
    protected KubernetesClient Client(string user, string? cluster = null, Uri? server = null) =>
        KubernetesClient.Create(Configuration(user, cluster, server), new() { Time = Time, Logger = Logger });

    protected ClusterConfiguration Configuration(string user, string? cluster = null, Uri? server = null) =>
        Kubeconfig.Load(
            new()
            {
                Paths =
                [
                    Folder.Write(
                        "config",
                        $$"""
                        current-context: c
                        contexts:
                        - name: c
                          context: {cluster: k, user: jane}
                        clusters:
                        - name: k
                          cluster: {server: '{{server ?? Server.Address}}', {{cluster
                            ?? "certificate-authority-data: " + Base64(Certificates.AuthorityPem)}}}
                        users:
                        - name: jane
                          user: {{{user}}}
                        """
                    ),
                ],
            }
        );

    protected static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Asks something, and tells what the server saw.</summary>
    protected async Task<TlsRequest> AskAsync(KubernetesClient client)
    {
        await client.GetVersionAsync(default);
        return Server.Requests.Last();
    }

    /// <summary>Asks something that must fail.</summary>
    protected static async Task<NodeManagerException> FailAsync(KubernetesClient client, string id)
    {
        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => client.GetVersionAsync(default));
        Assert.Equal(id, error.ErrorId);
        return error;
    }
}
