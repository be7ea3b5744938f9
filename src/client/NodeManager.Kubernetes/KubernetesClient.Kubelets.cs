using System.Globalization;
using NodeManager.Kubernetes.Authentication;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Streaming;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes;

/// <summary>What kubelets answer: logs of containers and of nodes, and programs in containers.</summary>
public sealed partial class KubernetesClient
{
    /// <summary>
    /// A client of a kubelet, which must present a certificate of the cluster's authorities. It gets the user's client certificate and never a
    /// token: anyone who controls the node could use the token elsewhere. Dispose it.
    /// </summary>
    /// <param name="host">An address or a name that the kubelet's certificate has.</param>
    /// <exception cref="NodeManagerException">
    /// CredentialUnsupported: the connection is not over a network, or impersonates a user, which kubelets ignore. Requests fail with the same if
    /// the user has no client certificate.
    /// </exception>
    public KubernetesClient ForKubelet(string host, int port)
    {
        if (_configuration is not { } own || _credentials is not { } credentials)
            throw CertificateOnlySource.Unsupported("this session has no network connection of its own, or impersonates a user");
        if (own.User.Impersonation is not null)
            throw CertificateOnlySource.Unsupported("the kubeconfig impersonates a user, which kubelets ignore");
        ClusterConfiguration kubelet = own with
        {
            Server = new UriBuilder(Uri.UriSchemeHttps, host, port).Uri,
            TlsServerName = null,
            SkipTlsVerify = false,
        };
        return new(kubelet, new CertificateOnlySource(own.User, credentials), _options);
    }

    /// <summary>The log of a container.</summary>
    public Task<string> GetLogAsync(string name, string ns, LogOptions options, CancellationToken cancellationToken)
    {
        string path = new QueryString(Resources.Pods.Path(ns, name, "log"))
            .Add("container", options.Container)
            .Add("previous", options.IsPrevious ? "true" : null)
            .Add("tailLines", options.TailLines)
            .Add("sinceSeconds", options.SinceSeconds)
            .Add("limitBytes", options.LimitBytes)
            .Add("timestamps", options.HasTimestamps ? "true" : null)
            .ToString();
        return _sender.SendAsync(
            new(HttpMethod.Get, path, RetryMode.Always) { Accept = "*/*" },
            static async (body, token) =>
            {
                using var reader = new StreamReader(body);
                return await reader.ReadToEndAsync(token);
            },
            cancellationToken
        );
    }

    /// <summary>Streams a log of a node.</summary>
    /// <param name="node">The node to ask for through the API server (<c>nodes/proxy</c>); null for a client of a kubelet.</param>
    /// <param name="read">Reads the body, whose media type it gets; retried from the beginning if the body is truncated.</param>
    public Task<T> ReadNodeLogAsync<T>(
        string? node,
        NodeLogOptions options,
        Func<Stream, string?, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken
    )
    {
        string path = new QueryString(node is null ? "/logs/" : Resources.Nodes.Path(null, node, "proxy/logs/"))
            .Add("query", options.Query)
            .Add("tailLines", options.TailLines)
            .Add("sinceTime", options.SinceTime?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Add("boot", options.Boot)
            .Add("pattern", options.Pattern)
            .ToString();
        return _sender.SendAsync(new(HttpMethod.Get, path, RetryMode.Always) { Accept = "*/*" }, read, cancellationToken);
    }

    /// <summary>Starts a program in a container and connects to its terminal. Sent once: a repetition would start it twice.</summary>
    /// <exception cref="Errors.KubernetesException">The server refuses it.</exception>
    public async Task<ExecConnection> ExecAsync(ExecRequest request, CancellationToken cancellationToken) =>
        new(await _sender.ConnectAsync(request.PathAndQuery, ExecConnection.Protocols, cancellationToken));
}
