using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>Keeps the status of a request: at most one write a second, the latest state always. Thread-safe.</summary>
internal sealed class DetachedStatusWriter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly ClusterConnection _connection;
    private readonly NodeMaintenanceRequest _request;
    private readonly DetachedStatus _status;
    private readonly Dictionary<string, int> _index = [];

    public DetachedStatusWriter(ClusterConnection connection, NodeMaintenanceRequest request, string holder)
    {
        (_connection, _request) = (connection, request);
        DetachedStatus former = request.Status ?? new();
        _status = new()
        {
            Phase = NodeMaintenanceRunStatus.Running,
            Holder = holder,
            ObservedGeneration = request.Metadata.Generation,
            StartedAt = former.StartedAt ?? connection.Time.GetUtcNow(),
        };
        Set(
            former.Nodes.Count > 0
                ? former.Nodes
                : request.Spec.Nodes.Select(static one => new DetachedNode { Name = one.Name, Uid = one.Uid ?? "" })
        );
    }

    public IReadOnlyList<DetachedNode> Nodes
    {
        get
        {
            lock (_lock)
                return [.. _status.Nodes];
        }
    }

    /// <summary>All nodes, in the order in which they are shown.</summary>
    public void Set(IEnumerable<DetachedNode> nodes)
    {
        lock (_lock)
        {
            _status.Nodes = [.. nodes];
            _index.Clear();
            for (int i = 0; i < _status.Nodes.Count; i++)
                _index[_status.Nodes[i].Name] = i;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>What is said of the whole; empty for nothing.</summary>
    public void Say(string message)
    {
        lock (_lock)
        {
            if (_status.Message == message)
                return;
            _status.Message = message;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>A node is another way; does nothing for one that is not there.</summary>
    public void Change(string node, Func<DetachedNode, DetachedNode> change)
    {
        lock (_lock)
        {
            if (!_index.TryGetValue(node, out int at))
                return;
            _status.Nodes[at] = change(_status.Nodes[at]);
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Writes what changes.</summary>
    /// <param name="ended">Ends it after the write that is in progress: a request that is broken off may still be carried out, and after the last one.</param>
    /// <param name="cancellationToken">Breaks the write off.</param>
    public async Task WriteAlwaysAsync(CancellationToken ended, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _changed.Reader.ReadAsync(ended);
                try
                {
                    await WriteAsync(cancellationToken);
                }
                catch (Exception e)
                    when (!cancellationToken.IsCancellationRequested && (e is KubernetesException || TransientFailure.Is(e)))
                {
                    // Deleted, or it cannot be written now: the run matters, and its end is written with patience.
                    if (e is not KubernetesException { Code: HttpStatusCode.NotFound })
                        _changed.Writer.TryWrite(true);
                }

                await Task.Delay(Interval, _connection.Time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            // Its end is written by others.
        }
    }

    /// <summary>Writes that it is over, as often as it takes.</summary>
    /// <param name="phase">See <see cref="NodeMaintenanceRunStatus"/>.</param>
    /// <param name="message">Why; empty where the nodes say all.</param>
    /// <param name="cancellationToken">Stops it: the next server finds the run ended and writes it.</param>
    public async Task EndAsync(string phase, string message, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            (_status.Phase, _status.Message, _status.EndedAt) = (phase, message, _connection.Time.GetUtcNow());
            if (phase == NodeMaintenanceRunStatus.Completed)
            {
                for (int i = 0; i < _status.Nodes.Count; i++)
                    _status.Nodes[i] = _status.Nodes[i] with { Blockers = [] };
            }
        }

        while (true)
        {
            try
            {
                await WriteAsync(cancellationToken);
                return;
            }
            catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Deleted meanwhile, or it is another one of this name.
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is KubernetesException || TransientFailure.Is(e)))
            {
                await Task.Delay(Retry, _connection.Time, cancellationToken);
            }
        }
    }

    private Task<NodeMaintenanceRequest> WriteAsync(CancellationToken cancellationToken)
    {
        JsonObject status;
        lock (_lock)
        {
            _status.Total = _status.Nodes.Count;
            _status.Completed = _status.Nodes.Count(static one => one.Status == NodeMaintenanceStatus.Completed);
            _status.Failed = _status.Nodes.Count(static one => one.Status == NodeMaintenanceStatus.Failed);
            status = JsonSerializer.SerializeToNode(_status, DetachedJson.Default.DetachedStatus)!.AsObject();
        }

        // Kubernetes 1.20 reads an empty text of a custom resource as null, which its schema refuses (kubernetes/kubernetes 99804).
        foreach (string field in EmptyTexts(status))
            status[field] = null;
        foreach (JsonObject node in status["nodes"]!.AsArray().OfType<JsonObject>())
        {
            foreach (string field in EmptyTexts(node))
                node.Remove(field);
        }

        return _connection.Client.PatchAsync(
            DetachedResources.Requests,
            _request.Metadata.Name,
            _request.Metadata.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["uid"] = _request.Metadata.Uid },
                    ["status"] = status,
                }
            ),
            "status",
            RequestOptions.Default,
            cancellationToken
        );
    }

    private static string[] EmptyTexts(JsonObject fields) =>
        [
            .. fields
                .Where(static one => one.Value is JsonValue value && value.TryGetValue(out string? text) && text.Length == 0)
                .Select(static one => one.Key),
        ];
}
