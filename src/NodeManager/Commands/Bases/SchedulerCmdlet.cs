using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

public abstract class SchedulerCmdlet : AsyncCmdlet
{
    private protected const string ClusterSet = "Cluster";

    private SessionSelection? _sessions;

    /// <summary>Where to work, as sessions, their names or ids; without it, in the current session.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNullOrEmpty]
    public NodeManagerSession[]? Session { get; set; }

    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string? ConfigMap { get; set; }

    /// <summary>The Deployments of the schedulers, with wildcards.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string[] Deployment { get; set; } = [];

    /// <summary>The ConfigMap's key; by default, the one that the scheduler reads.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    private protected SessionSelection Sessions => _sessions ??= new(Pump, Session);

    /// <summary>False where one of several schedulers must be chosen.</summary>
    private protected virtual bool TakesAll => false;

    /// <summary>Starts the work for each selected scheduler in each session.</summary>
    private protected void StartInClusters(Func<Worker, NodeManagerSession, ClusterScheduler, Task> work)
    {
        foreach (NodeManagerSession session in Sessions)
        {
            SchedulerSelection selection = Selection(session);
            Sessions.StartIn(
                session,
                session,
                async worker =>
                {
                    IReadOnlyList<ClusterScheduler> found = TakesAll
                        ? await SchedulerFinder.FindAsync(session, selection, worker.Token)
                        : await SchedulerFinder.FindChosenAsync(session, selection, worker.Token);
                    await Task.WhenAll(found.Select(scheduler => GuardedAsync(worker, scheduler, () => work(worker, session, scheduler))));
                }
            );
        }
    }

    private protected void StartOnFiles(IEnumerable<string> files, Func<Worker, string, Task> work)
    {
        foreach (string file in files)
            Start(file, worker => work(worker, file));
    }

    /// <summary>Starts the work for the scheduler of an object.</summary>
    private protected void StartFor(SchedulerObject about, Func<Worker, NodeManagerSession, ClusterScheduler, Task> work)
    {
        foreach (NodeManagerSession session in Sessions.For(about))
            StartFor(session, about, work);
    }

    private void StartFor(NodeManagerSession session, SchedulerObject about, Func<Worker, NodeManagerSession, ClusterScheduler, Task> work)
    {
        var selection = new SchedulerSelection
        {
            Namespace = about.Namespace,
            ConfigMap = about.ConfigMap,
            Key = about.Key,
            Deployments = about.Deployment.Length > 0 ? [about.Deployment] : [],
        };
        Sessions.StartIn(
            session,
            about,
            async worker =>
            {
                foreach (ClusterScheduler scheduler in await SchedulerFinder.FindAsync(session, selection, worker.Token))
                    await work(worker, session, scheduler);
            }
        );
    }

    private protected static string Title(NodeManagerSession session, ClusterScheduler scheduler) =>
        $"scheduler '{scheduler}' in cluster '{session.Cluster}'";

    private SchedulerSelection Selection(NodeManagerSession session) =>
        new SchedulerSelection
        {
            Namespace = Namespace,
            ConfigMap = ConfigMap,
            Key = Key,
            Deployments = Deployment,
        }.Complete(session.Configuration, Environment.GetEnvironmentVariable);

    private static async Task GuardedAsync(Worker worker, ClusterScheduler scheduler, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (NodeManagerException exception) when (exception.ErrorId != ErrorIds.ServerUnreachable)
        {
            worker.Error(exception, scheduler.ToString());
        }
    }
}
