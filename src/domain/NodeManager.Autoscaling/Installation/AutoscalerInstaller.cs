using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Installation;

/// <summary>
/// Installs and updates the autoscaler's CRDs and roles. Differences are determined by a dry run, so that fields that the server adds or
/// drops do not count.
/// </summary>
public static class AutoscalerInstaller
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>How often an established kind that is not served yet is requested.</summary>
    private static readonly RetryPolicy Serving = new()
    {
        MaximumAttempts = 8,
        FirstPause = TimeSpan.FromMilliseconds(100),
        LongestPause = TimeSpan.FromSeconds(6.4),
        IsTransient = static e => e is KubernetesException { Code: HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable },
    };

    /// <inheritdoc cref="InstallAsync(NodeManagerSession, string, ScaleSettings, TimeSpan, Func{AutoscalerObject, Task{bool}}, IOperationObserver, CancellationToken)"/>
    public static IAsyncEnumerable<AutoscalerObject> InstallAsync(
        NodeManagerSession session,
        string ns,
        TimeSpan timeout,
        Func<AutoscalerObject, Task<bool>> confirm,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => InstallAsync(session, ns, ScaleSettings.None, timeout, confirm, observer, cancellationToken);

    /// <summary>Applies all objects, CRDs first, and waits until their kinds are served.</summary>
    /// <param name="settings">Written to the control plane, which is created if necessary; none: no control plane is changed.</param>
    /// <param name="timeout">The timeout for the CRDs.</param>
    /// <param name="confirm">Called before each object is created or changed; null: nothing is changed, as in a dry run.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <exception cref="NodeManagerException">ServerTimeout: a CRD was not established; or the server's refusal.</exception>
    public static IAsyncEnumerable<AutoscalerObject> InstallAsync(
        NodeManagerSession session,
        string ns,
        ScaleSettings settings,
        TimeSpan timeout,
        Func<AutoscalerObject, Task<bool>> confirm,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => InstallAsync(session, connection, ns, settings, timeout, confirm, observer, token),
            cancellationToken
        );

    private static async IAsyncEnumerable<AutoscalerObject> InstallAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string ns,
        ScaleSettings settings,
        TimeSpan timeout,
        Func<AutoscalerObject, Task<bool>> confirm,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<InstallationDocument> documents = [.. InstallationDocuments.Read(ns)];
        if (settings.HasValues)
            documents.Add(settings.DocumentFor(ns, await ControlPlaneAsync(connection, ns, cancellationToken)));
        var missing = new HashSet<string>(StringComparer.Ordinal);
        List<InstallationDocument> established = [];
        bool isAwaited = false;
        foreach (InstallationDocument document in documents)
        {
            if (!document.IsDefinition && !isAwaited)
            {
                isAwaited = true;
                await EstablishAsync(session, connection, established, timeout, observer, cancellationToken);
            }

            AutoscalerObject plan = await PlanAsync(session, connection, document, missing, cancellationToken);
            if (plan.Status is AutoscalerObjectStatus.Created or AutoscalerObjectStatus.Changed)
            {
                if (!await confirm(plan))
                {
                    if (document.Kind == "Namespace" || document.IsDefinition && plan.Status == AutoscalerObjectStatus.Created)
                        missing.Add(document.Name);
                    continue;
                }

                await ApplyAsync(connection, document, plan, false, cancellationToken);
            }

            if (document.IsDefinition && plan.Status != AutoscalerObjectStatus.Foreign)
                established.Add(document);
            yield return plan;
        }
    }

    /// <summary>Plans the change of an object by a dry run.</summary>
    private static async Task<AutoscalerObject> PlanAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        InstallationDocument document,
        HashSet<string> missing,
        CancellationToken cancellationToken
    )
    {
        JsonObject? there = await FindAsync(connection, document, cancellationToken);
        if (there is null)
        {
            AutoscalerObject created = Report(session, document, AutoscalerObjectStatus.Created, []);
            // A dry run is not possible in a missing namespace, or of an unknown kind.
            if (!missing.Contains(document.Namespace ?? "") && !missing.Contains(document.Definition ?? ""))
                await ApplyAsync(connection, document, created, true, cancellationToken);
            return created;
        }

        if (document.IsShared && (string?)there["metadata"]?["labels"]?[ManagedBy] != "nodemanager")
            return Report(session, document, AutoscalerObjectStatus.Foreign, []);
        JsonObject after = await SendAsync(connection, HttpMethod.Patch, document.Path, document.Content, true, cancellationToken);
        IReadOnlyList<NodeFieldChange> changes = DocumentDifferences.Between(there, after);
        return Report(session, document, changes.Count == 0 ? AutoscalerObjectStatus.Unchanged : AutoscalerObjectStatus.Changed, changes);
    }

    private static async Task ApplyAsync(
        ClusterConnection connection,
        InstallationDocument document,
        AutoscalerObject plan,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        if (plan.Status == AutoscalerObjectStatus.Created)
        {
            try
            {
                await SendAsync(connection, HttpMethod.Post, document.Collection, document.Content, dryRun, cancellationToken);
                return;
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
            {
                // Created by another client, or an answer was lost: it becomes a change.
            }
        }

        await SendAsync(connection, HttpMethod.Patch, document.Path, document.Content, dryRun, cancellationToken);
    }

    /// <summary>Waits until the server serves the kinds.</summary>
    private static async Task EstablishAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        List<InstallationDocument> definitions,
        TimeSpan timeout,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (definitions.Count == 0)
            return;
        using CancellationTokenSource limit = connection.Time.StartLimit(timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var waiting = new HashSet<string>(definitions.Select(static one => one.Name), StringComparer.Ordinal);
        try
        {
            using CacheUse<CustomResourceDefinition> use = connection.Caches().Open(InstallationResources.Definitions, new());
            await use.CatchUpAsync(linked.Token);
            while (true)
            {
                (IReadOnlyList<CustomResourceDefinition> seen, Task changed) = use.Cache.ObserveAll();
                foreach (CustomResourceDefinition one in seen.Where(one => waiting.Contains(one.Metadata.Name)))
                {
                    if (one.Refusal is { } refusal)
                        throw Refused(session, one.Metadata.Name, refusal);
                    if (one.IsEstablished)
                        waiting.Remove(one.Metadata.Name);
                }

                if (waiting.Count == 0)
                    break;
                observer.Progress(
                    new("definitions", "Installing the autoscaler", $"Waiting for {waiting.Count} definitions to be established")
                );
                await connection.Time.WaitForChangeAsync([changed], null, linked.Token);
            }

            foreach (InstallationDocument definition in definitions)
                await ServeAsync(connection, definition, linked.Token);
            observer.Progress(new("definitions", "Installing the autoscaler", "", Completed: true));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new NodeManagerException(
                ErrorIds.ServerTimeout,
                ErrorKind.OperationTimeout,
                $"Cluster '{session.Cluster}' did not establish {string.Join(", ", waiting.Order(StringComparer.Ordinal))} within {HumanDuration.Format(timeout)}.",
                session.Cluster,
                "Run the command again, or use a longer -Timeout."
            );
        }
    }

    // A server serves a kind shortly after its CRD is established, and no event reports that.
    private static async Task ServeAsync(ClusterConnection connection, InstallationDocument definition, CancellationToken cancellationToken)
    {
        JsonNode spec = definition.Content["spec"]!;
        string path =
            $"/apis/{(string?)spec["group"]}/{(string?)spec["versions"]![0]!["name"]}/{(string?)spec["names"]!["plural"]}?limit=1";
        try
        {
            await Serving.RunAsync(
                token =>
                    connection.Client.SendAsync(
                        HttpMethod.Get,
                        path,
                        null,
                        InstallationJson.Default.JsonObject,
                        RequestOptions.Default,
                        token
                    ),
                connection.Time,
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            // A definition that cannot be read is served all the same.
        }
    }

    /// <summary>The first control plane by name, whose settings count; null: none, or its kind is not served yet.</summary>
    private static async Task<string?> ControlPlaneAsync(ClusterConnection connection, string ns, CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.Client.ListAsync(NodeSmithResources.ControlPlanes, new() { Namespace = ns }, cancellationToken))
                .Items.Where(static plane => plane.Metadata.DeletionTimestamp is null)
                .Select(static plane => plane.Metadata.Name)
                .Order(StringComparer.Ordinal)
                .FirstOrDefault();
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<JsonObject?> FindAsync(
        ClusterConnection connection,
        InstallationDocument document,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection.Client.SendAsync(
                HttpMethod.Get,
                document.Path,
                null,
                InstallationJson.Default.JsonObject,
                RequestOptions.Default,
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static Task<JsonObject> SendAsync(
        ClusterConnection connection,
        HttpMethod method,
        string path,
        JsonObject content,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        connection.Client.SendAsync(
            method,
            path,
            new StringContent(
                content.ToJsonString(),
                Encoding.UTF8,
                method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json"
            ),
            InstallationJson.Default.JsonObject,
            new() { DryRun = dryRun },
            cancellationToken
        );

    private static AutoscalerObject Report(
        NodeManagerSession session,
        InstallationDocument document,
        string status,
        IReadOnlyList<NodeFieldChange> changes
    ) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Kind = document.Kind,
            Name = document.Name,
            Namespace = document.Namespace ?? "",
            Status = status,
            Changes = new([.. changes]),
        };

    private static NodeManagerException Refused(NodeManagerSession session, string name, string why) =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceExists,
            $"Cluster '{session.Cluster}' does not accept the names of CustomResourceDefinition {name}: {why}",
            name,
            "Another definition uses these names. Remove it, or keep one of the two."
        );
}
