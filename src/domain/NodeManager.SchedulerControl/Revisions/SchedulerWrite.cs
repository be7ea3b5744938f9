using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.SchedulerControl.Telemetry;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>One change of a configuration.</summary>
internal sealed partial class SchedulerWrite(
    ClusterConnection connection,
    NodeManagerSession session,
    ClusterScheduler scheduler,
    SchedulerChange change,
    IOperationObserver observer
)
{
    private const int Tries = 60;
    private const int MaximumUnseen = 5;

    // How long a request in progress may take after a cancellation.
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(1);

    private readonly RevisionStore _revisions = new(connection, scheduler);
    private readonly UnfinishedWrites _unfinished = new(connection, scheduler, observer);
    private string? _seen = change.SeenVersion;
    private string? _confirmed;

    public async Task<SchedulerChangeResult> RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
            var text = change.Edit(live.Text);
            var after = SchedulerDocument.Parse(text, scheduler.Source);
            var before = ParseOrNull(live.Text);
            var differences = ValueComparison.Compare(before is null ? null : YamlValue.Of(before.Root), YamlValue.Of(after.Root));
            if (attempt == 1)
                StaleConfiguration.WarnIfStale(live, await RunningRevision.OfAsync(connection, scheduler, cancellationToken), observer);
            var version = ConfigurationVersion.Of(live.Text);
            if (text == live.Text)
                return new(false, live.Revision, live.Revision, after, [], version);
            if (change.IsReplacement)
                _seen ??= version;
            if (_seen is { } seen && seen != version)
                throw await ChangedAsync(live, before, seen, cancellationToken);
            RefuseImmutable(live.Map);
            if (!change.Force)
                ChangeValidator.RejectNewErrors(before, after, Options, scheduler.Source);
            if (_confirmed is null)
                await RequirePermissionAsync(cancellationToken);
            // After a concurrent change, the same edit can change something else.
            var shown = string.Join('\n', differences);
            if (shown != _confirmed && !await change.Confirm(differences))
                return new(false, live.Revision, live.Revision, after, differences, version);
            _confirmed = shown;
            if (await TryWriteAsync(live, text, differences, cancellationToken) is { } written)
            {
                SchedulerTelemetry.Changed(ChangeCount.Of(before, after, differences));
                return new(true, written.Number, written.Data.Previous, after, differences, version);
            }

            if (attempt == Tries)
                throw Contended();
            LogConflict(connection.Logger, scheduler.Source, attempt);
        }
    }

    /// <summary>
    /// Stores the active configuration, so that a failed restart can be rolled back. Returns its number; changes only the ConfigMap's
    /// annotation.
    /// </summary>
    public async Task<(LiveConfiguration Live, long Revision)> RecordAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
            var kept = await _revisions.ListAsync(cancellationToken);
            var last = Math.Max(kept.Count > 0 ? kept[^1].Number : 0, live.Annotation?.Revision ?? 0);
            if (
                await FindOrKeepAsync(live, kept, last, cancellationToken) is { } current
                && (
                    live.Revision == current.Number
                    || await PatchAsync(
                        live.Map,
                        null,
                        new(current.Number, RevisionAnnotation.HashOf(live.Text)),
                        dryRun: false,
                        cancellationToken
                    )
                )
            )
                return (live, current.Number);
            if (attempt == Tries)
                throw Contended();
        }
    }

    public Task RequirePermissionAsync(CancellationToken cancellationToken) =>
        PermissionCheck.RequireAsync(
            connection,
            scheduler.ToString(),
            [
                new()
                {
                    Verb = "patch",
                    Resource = "configmaps",
                    Name = scheduler.ConfigMap,
                    Namespace = scheduler.Namespace,
                },
                new()
                {
                    Verb = "create",
                    Group = "apps",
                    Resource = "controllerrevisions",
                    Namespace = scheduler.Namespace,
                },
            ],
            cancellationToken
        );

    private NodeManagerException Contended() =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"Other clients keep changing {scheduler.Source} in cluster '{connection.Cluster}'; nothing was changed.",
            scheduler.ToString(),
            "Run the command again."
        );

    // Names the changes that the user has not seen: the author, and the different values.
    private async Task<NodeManagerException> ChangedAsync(
        LiveConfiguration live,
        SchedulerDocument? now,
        string seen,
        CancellationToken cancellationToken
    )
    {
        var kept = await _revisions.ListAsync(cancellationToken);
        var current = kept.FirstOrDefault(revision => revision.Number == live.Revision);
        var who = current is { Data.By.Length: > 0 } ? $" Revision {current.Number} by {current.Data.By}: {current.Data.Action}." : "";
        var old = kept.LastOrDefault(revision => ConfigurationVersion.Of(revision.Data.Text) == seen) is { } former
            ? ParseOrNull(former.Data.Text)
            : null;
        var unseen = old is null || now is null ? [] : ValueComparison.Compare(YamlValue.Of(old.Root), YamlValue.Of(now.Root));
        var what =
            unseen.Count == 0
                ? ""
                : $" It changed {string.Join("; ", unseen.Take(MaximumUnseen))}{(unseen.Count > MaximumUnseen ? "; …" : "")}.";
        return new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"{scheduler.Source} in cluster '{connection.Cluster}' was changed by another client since it was read.{who}{what} Nothing was written.",
            scheduler.ToString(),
            "Read the configuration again, and repeat the change if it still applies."
        );
    }

    private ValidationOptions Options =>
        new()
        {
            Minor = change.Minor ?? scheduler.Minor,
            IsStock = scheduler.IsStock,
            Catalog = change.Catalog,
            File = scheduler.Source,
        };

    private static SchedulerDocument? ParseOrNull(string text)
    {
        try
        {
            return SchedulerDocument.Parse(text);
        }
        catch (NodeManagerException)
        {
            return null;
        }
    }

    private void RefuseImmutable(ConfigMap map)
    {
        if (map.Immutable == true)
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationImmutable,
                ErrorKind.InvalidOperation,
                $"ConfigMap {scheduler.Namespace}/{scheduler.ConfigMap} in cluster '{connection.Cluster}' is immutable; nothing was changed.",
                scheduler.ToString(),
                "Create another ConfigMap and mount that in the Deployment, or recreate the ConfigMap without 'immutable'."
            );
    }

    /// <summary>The written revision; null after a concurrent write.</summary>
    private async Task<SchedulerRevision?> TryWriteAsync(
        LiveConfiguration live,
        string text,
        IReadOnlyList<SchedulerConfigurationDifference> differences,
        CancellationToken cancellationToken
    )
    {
        var kept = await _revisions.ListAsync(cancellationToken);
        if (await _unfinished.IsBeingChangedAsync(live, kept, cancellationToken))
            return null;

        // The server's refusals come before anything is stored.
        var last = Math.Max(kept.Count > 0 ? kept[^1].Number : 0, live.Annotation?.Revision ?? 0);
        if (!await PatchAsync(live.Map, text, new(last + 1, RevisionAnnotation.HashOf(text)), dryRun: true, cancellationToken))
            return null;
        if (await FindOrKeepAsync(live, kept, last, cancellationToken) is not { } previous)
            return null;
        var data = new RevisionData
        {
            ConfigMap = scheduler.ConfigMap,
            Key = scheduler.Key,
            Text = text,
            Action = change.Action,
            Reason = change.Reason,
            By = session.Who(),
            At = connection.Time.GetUtcNow(),
            Previous = previous.Number,
            Changes = [.. differences.Select(difference => difference.ToString())],
        };
        if (await _revisions.CreateAsync(Math.Max(last, previous.Number) + 1, data, cancellationToken) is not { } revision)
            return null;
        if (!await CommitAsync(live.Map, revision, cancellationToken))
            return null;
        await new SchedulerEvents(connection, session, scheduler, observer).WrittenAsync(live.Map, revision, cancellationToken);
        await PruneAsync(kept.Count + 2, revision, cancellationToken);
        return revision;
    }

    /// <summary>The revision of the active text, stored if necessary. Null if another process has just used the number.</summary>
    private async Task<SchedulerRevision?> FindOrKeepAsync(
        LiveConfiguration live,
        IReadOnlyList<SchedulerRevision> kept,
        long last,
        CancellationToken cancellationToken
    )
    {
        if (kept.FirstOrDefault(revision => revision.Number == live.Revision && revision.Data.Text == live.Text) is { } current)
            return current;
        if (
            kept.LastOrDefault(revision =>
                revision.Data.IsFound && revision.Number > (live.Annotation?.Revision ?? 0) && revision.Data.Text == live.Text
            ) is
            { } found
        )
            return found;
        return await _revisions.CreateAsync(last + 1, Found(live), cancellationToken);
    }

    private RevisionData Found(LiveConfiguration live) =>
        new()
        {
            ConfigMap = scheduler.ConfigMap,
            Key = scheduler.Key,
            Text = live.Text,
            Action = live.Annotation is { } annotation
                ? $"changed by another client after revision {annotation.Revision}"
                : "as it was found",
            At = connection.Time.GetUtcNow(),
            Previous = live.Annotation?.Revision ?? 0,
            IsFound = true,
        };

    /// <summary>Writes the revision's text. False, and the revision is deleted, after a concurrent write.</summary>
    private async Task<bool> CommitAsync(ConfigMap map, SchedulerRevision revision, CancellationToken cancellationToken)
    {
        var annotation = new RevisionAnnotation(revision.Number, RevisionAnnotation.HashOf(revision.Data.Text));
        using CancellationTokenSource lingering = new(Timeout.InfiniteTimeSpan, connection.Time);
        await using var registration = cancellationToken.Register(() => lingering.CancelAfter(CancellationGrace));
        try
        {
            if (await PatchAsync(map, revision.Data.Text, annotation, dryRun: false, lingering.Token))
                return true;
        }
        catch (KubernetesException)
        {
            await _revisions.DeleteAsync(revision, lingering.Token);
            throw;
        }

        // A patch whose answer was lost is resent, and then conflicts with our own write.
        var now = await LiveConfiguration.ReadAsync(connection, scheduler, lingering.Token);
        if (now.Annotation == annotation)
            return true;
        await _revisions.DeleteAsync(revision, lingering.Token);
        return false;
    }

    /// <summary>Writes the annotation, and the text if given. False if the ConfigMap has changed.</summary>
    private async Task<bool> PatchAsync(
        ConfigMap map,
        string? text,
        RevisionAnnotation annotation,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        JsonObject patch = new()
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = map.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [RevisionAnnotation.Name] = RevisionAnnotation.Write(map, scheduler.Key, annotation) },
            },
        };
        if (text is not null)
            patch["data"] = new JsonObject { [scheduler.Key] = text };
        try
        {
            await connection.Client.PatchAsync(
                Resources.ConfigMaps,
                scheduler.ConfigMap,
                scheduler.Namespace,
                Patch.Merge(patch),
                null,
                new() { DryRun = dryRun },
                cancellationToken
            );
            return true;
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    private async Task PruneAsync(int count, SchedulerRevision revision, CancellationToken cancellationToken)
    {
        if (count <= change.RevisionLimit)
            return;
        try
        {
            long[] needed =
            [
                revision.Number,
                revision.Data.Previous,
                .. await RunningRevision.AllAsync(connection, scheduler, cancellationToken),
            ];
            await _revisions.PruneAsync(change.RevisionLimit, needed, cancellationToken);
        }
        catch (KubernetesException refused)
        {
            observer.Warning($"{scheduler.Source}: old revisions could not be removed: {refused.Message}");
        }
    }
}
