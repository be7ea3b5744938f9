using System.Globalization;
using System.Security;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Compares two configurations: revisions, files, or those of schedulers.</summary>
[Cmdlet(VerbsData.Compare, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfigurationDifference), typeof(string))]
public sealed class CompareSchedulerConfigurationCommand : SchedulerCmdlet
{
    /// <summary>
    /// The old configuration: a revision number, a file, a configuration or a backup; by default, the revision before the current one.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    public object? Reference { get; set; }

    /// <summary>The new configuration; by default, the current one.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object? Difference { get; set; }

    /// <summary>Emit a unified diff.</summary>
    [Parameter]
    public SwitchParameter Unified { get; set; }

    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    private protected override void Process()
    {
        object? before = Plain(Reference),
            after = Plain(Difference);
        if (NeedsNoCluster(before) && NeedsNoCluster(after))
            Start(
                null,
                async worker => Compare(worker, await ReadAsync(worker, null, null, before!), await ReadAsync(worker, null, null, after!))
            );
        else
            StartInClusters(
                async (worker, session, scheduler) =>
                {
                    (string, string) later = await ReadAsync(
                        worker,
                        session,
                        scheduler,
                        after ?? await NowAsync(worker, session, scheduler)
                    );
                    (string, string) earlier = await ReadAsync(
                        worker,
                        session,
                        scheduler,
                        before ?? await PreviousAsync(worker, session, scheduler)
                    );
                    Compare(worker, earlier, later);
                }
            );
    }

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static bool NeedsNoCluster(object? value) => value is not null && RevisionOf(value) is null;

    private static long? RevisionOf(object value) =>
        value switch
        {
            int number => number,
            long number => number,
            string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) => number,
            _ => null,
        };

    private void Compare(Worker worker, (string Title, string Text) before, (string Title, string Text) after)
    {
        if (Unified)
        {
            if (TextComparison.Unified(before.Text, after.Text, before.Title, after.Title) is { Length: > 0 } difference)
                worker.Output(difference);
            return;
        }

        SchedulerDocument earlier = SchedulerDocument.Parse(before.Text, before.Title),
            later = SchedulerDocument.Parse(after.Text, after.Title);
        foreach (
            SchedulerConfigurationDifference difference in ValueComparison.Compare(YamlValue.Of(earlier.Root), YamlValue.Of(later.Root))
        )
            worker.Output(difference);
    }

    private async Task<(string Title, string Text)> ReadAsync(
        Worker worker,
        NodeManagerSession? session,
        ClusterScheduler? scheduler,
        object source
    )
    {
        if (RevisionOf(source) is { } number)
            return ($"revision {number}", (await SchedulerBackups.FindAsync(session!, scheduler!, number, worker.Token)).Text);
        return source switch
        {
            SchedulerConfiguration configuration => ($"{configuration.Cluster}: {configuration}", configuration.Text),
            SchedulerConfigurationBackup backup => (backup.ToString(), backup.Text),
            FileInfo file => (
                file.Name,
                (await SchedulerFiles.ReadAsync(file.FullName, null, Passphrase, worker.Token, allowPlain: true)).Document.Text
            ),
            string path => (
                path,
                (
                    await SchedulerFiles.ReadAsync(
                        GetUnresolvedProviderPathFromPSPath(path),
                        null,
                        Passphrase,
                        worker.Token,
                        allowPlain: true
                    )
                )
                    .Document
                    .Text
            ),
            _ => throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{source}' ({source.GetType().Name}) is not a configuration.",
                source,
                "Specify a revision number, a file, a configuration or a backup."
            ),
        };
    }

    private static async Task<object> NowAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler) =>
        await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token);

    private static async Task<object> PreviousAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler) =>
        (await SchedulerBackups.ListAsync(session, scheduler, worker.Token)).FirstOrDefault(backup =>
            backup.Status == SchedulerBackupStatus.Former
        )
        ?? throw new NodeManagerException(
            ErrorIds.SchedulerRevisionNotFound,
            ErrorKind.ObjectNotFound,
            $"No earlier revision of {scheduler.Source} is stored in cluster '{session.Cluster}'.",
            scheduler.ToString(),
            "Specify what to compare with: a file, or the configuration of another cluster."
        );
}
