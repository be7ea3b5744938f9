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

/// <summary>Writes the status of a request: at most once a second, always the latest state. Thread-safe.</summary>
internal sealed class DetachedStatusWriter
{
    private const int KeptWarnings = 20;

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
            Warnings = former.Warnings,
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

    /// <summary>All nodes in display order.</summary>
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

    /// <summary>The message of the whole request; empty for none.</summary>
    public void SetMessage(string message)
    {
        lock (_lock)
        {
            if (_status.Message == message)
                return;
            _status.Message = message;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Adds a warning. A repeated one is kept once, and the oldest are dropped.</summary>
    public void AddWarning(string warning)
    {
        warning = DisplayText.Truncate(warning, DetachedResults.LongestText);
        lock (_lock)
        {
            List<string> kept = [.. (_status.Warnings ?? []).Where(one => one != warning), warning];
            _status.Warnings = [.. kept.TakeLast(KeptWarnings)];
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Updates a node; does nothing for an unknown one.</summary>
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

    /// <summary>The drain of a node has begun: the node is cordoned.</summary>
    public void Begun(string node) =>
        Change(node, static one => one with { Status = NodeMaintenanceStatus.InProgress, Step = NodeMaintenanceStepName.Drain });

    /// <summary>Writes changes until ended.</summary>
    /// <param name="ended">Ends it after the write in progress: a cancelled request may still be applied, even after the last one.</param>
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
                    // Deleted, or not writable now: the run matters more, and its end is retried.
                    if (e is not KubernetesException { Code: HttpStatusCode.NotFound })
                        _changed.Writer.TryWrite(true);
                }

                await Task.Delay(Interval, _connection.Time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            // Another method writes the end.
        }
    }

    /// <summary>Writes the end, and retries until it succeeds.</summary>
    /// <param name="phase">See <see cref="NodeMaintenanceRunStatus"/>.</param>
    /// <param name="message">Empty if the nodes explain it.</param>
    /// <param name="cancellationToken">Stops it: the next server finds the completed run and records it.</param>
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
                // Deleted meanwhile, or replaced under its name.
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
