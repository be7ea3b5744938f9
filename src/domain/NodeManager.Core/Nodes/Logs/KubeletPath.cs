using System.Globalization;
using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Logs;

/// <summary>The way to the kubelet of one node: directly, or through the API server. Dispose it.</summary>
internal sealed class KubeletPath : IDisposable
{
    private const int DefaultPort = 10250;

    // A kubelet takes a time as one of the node's zone, which is at most this far behind UTC. Older lines are left out by their own time.
    private static readonly TimeSpan ZoneMargin = TimeSpan.FromHours(12);

    private readonly NodeManagerSession _session;
    private readonly KubernetesClient _client;
    private readonly KubernetesClient? _own;
    private readonly string _address;

    /// <exception cref="NodeManagerException">CredentialUnsupported, NodeLogUnavailable: the node has no address.</exception>
    public KubeletPath(NodeManagerSession session, ClusterConnection connection, Node node, bool viaProxy)
    {
        _session = session;
        Node = node;
        IsWindows = node.Status.NodeInfo?.OperatingSystem == "windows";
        Now = connection.Time.GetUtcNow();
        if (viaProxy)
        {
            _client = connection.Client;
            _address = "the API server";
            return;
        }

        if (AddressOf(node) is not { } host)
            throw Unavailable("the node reports no address.");
        int port = node.Status.DaemonEndpoints?.KubeletEndpoint?.Port is int own and > 0 ? own : DefaultPort;
        _address = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        try
        {
            _client = _own = connection.Client.ForKubelet(host, port);
        }
        catch (NodeManagerException refused) when (refused.ErrorId == ErrorIds.CredentialUnsupported)
        {
            throw CannotAskDirectly(refused);
        }
    }

    public Node Node { get; }

    public string Name => Node.Metadata.Name;

    /// <summary>True if lines have no times.</summary>
    public bool IsWindows { get; }

    /// <summary>When the node was read: the lines have no year.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Sends one query, and again without options if it turns out that the source is a file.</summary>
    /// <exception cref="NodeManagerException">NodeLogUnavailable, CredentialUnsupported.</exception>
    public async Task<NodeLogAnswer> ReadAsync(string source, NodeLogQuery query, CancellationToken cancellationToken)
    {
        bool hasOptions = !NodeLogQuery.IsFile(source) || query.NeedsJournal;
        NodeLogAnswer answer = await SendAsync(source, query, hasOptions, cancellationToken);
        return answer.IsFile && hasOptions && !query.NeedsJournal ? await SendAsync(source, query, false, cancellationToken) : answer;
    }

    public NodeManagerException Unavailable(string reason, string? action = null, Exception? cause = null) =>
        new(
            ErrorIds.NodeLogUnavailable,
            ErrorKind.ResourceUnavailable,
            $"The log of node '{Name}' in cluster '{_session.Cluster}' cannot be read: {reason}",
            Name,
            action ?? "Check with Test-NodeHealth whether the node answers.",
            cause
        );

    public void Dispose() => _own?.Dispose();

    private async Task<NodeLogAnswer> SendAsync(string source, NodeLogQuery query, bool hasOptions, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.ReadNodeLogAsync(
                _own is null ? Name : null,
                OptionsOf(source, query, hasOptions),
                (body, mediaType, token) => NodeLogAnswer.ReadAsync(body, mediaType, this, query, hasOptions, token),
                cancellationToken
            );
        }
        catch (NodeManagerException refused) when (_own is not null && refused.ErrorId == ErrorIds.CredentialUnsupported)
        {
            throw CannotAskDirectly(refused);
        }
        catch (NodeManagerException failure) when (_own is not null && failure.ErrorId != ErrorIds.NodeLogUnavailable)
        {
            string reason = failure.ErrorId == ErrorIds.ServerUnreachable ? failure.GetBaseException().Message : failure.Message;
            throw Unavailable(
                $"the kubelet cannot be asked at {_address}: {reason}",
                "With the permission nodes/proxy, which is root on all nodes, -ViaProxy asks through the API server.",
                failure
            );
        }
        catch (KubernetesException refused) when (refused.Status is null)
        {
            // A folder is redirected to its list of files.
            string reason =
                refused.Code == HttpStatusCode.MovedPermanently
                    ? $"'{source}' is a folder."
                    : $"the kubelet refused with status {(int)refused.Code}: {refused.Text}";
            throw Unavailable(reason, ActionFor(refused), refused);
        }
    }

    private static NodeLogOptions OptionsOf(string source, NodeLogQuery query, bool hasOptions) =>
        hasOptions
            ? new()
            {
                Query = PathOf(source),
                // The last lines before a time are not the last lines.
                TailLines = query.To is null ? query.Tail : NodeLogQuery.MaximumTail,
                SinceTime = query.From?.UtcDateTime - ZoneMargin,
                Boot = query.Boot,
                Pattern = query.Pattern,
            }
            : new() { Query = PathOf(source) };

    // Kubelets from 1.36 on refuse the absolute paths that earlier ones document; a relative path with a slash is a file for all of them.
    private static string PathOf(string source) => NodeLogQuery.IsFile(source) ? "./" + source.TrimStart('/', '\\') : source;

    private string ActionFor(KubernetesException refused) =>
        (int)refused.Code switch
        {
            403 =>
                $"Grant the verb 'get' on {(_own is null ? "nodes/proxy" : "nodes/log: deploy/rbac.yaml has the role nodemanager-node-log-reader")}.",
            401 => "The kubelet accepts no client certificates of the cluster (authentication.x509.clientCAFile).",
            _ => "Correct the options that the message names.",
        };

    private NodeManagerException CannotAskDirectly(NodeManagerException refused) =>
        new(
            refused.ErrorId,
            refused.Kind,
            $"The log of node '{Name}' in cluster '{_session.Cluster}' cannot be read. {refused.Message}",
            Name,
            "Connect with a client certificate. Or use -ViaProxy with the permission nodes/proxy, which is root on all nodes.",
            refused
        );

    private static string? AddressOf(Node node) =>
        (node.Status.Addresses ?? [])
            .OrderBy(static one =>
                Array.IndexOf(["InternalIP", "Hostname", "ExternalIP"], one.Type) is var rank and >= 0 ? rank : int.MaxValue
            )
            .FirstOrDefault()
            ?.Address;
}
