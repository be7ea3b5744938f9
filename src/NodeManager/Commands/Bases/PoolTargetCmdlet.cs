using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Observing;
using NodeManager.Core.Pools.Running;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on node pools: by name, by id, or as objects, which remember their session.</summary>
public abstract class PoolTargetCmdlet : SessionCmdlet
{
    private protected const string ByName = "ByName";
    private protected const string ById = "ById";

    // The default set of every cmdlet; see NodeCmdlet.
    private protected const string ByObject = "ByObject";

    private readonly HashSet<(NodeManagerSession, string)> _seen = [];

    /// <summary>Names; wildcards stand for the pools that they match.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The service's ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A pool, or what stands for one: its status, a plan, a node of it, or a row of a file with such an object.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>The service's name or id of the pools' cluster.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(PoolClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Cluster { get; set; }

    /// <summary>How many pools are worked on concurrently.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Process()
    {
        if (ParameterSetName == ByObject)
        {
            if (PoolReference.From(InputObject!) is { } target) InEach(Sessions.For(InputObject!), context => ProcessOnce(context, target));
            else Fail(PoolReference.StandsForNone(InputObject!), InputObject);
            return;
        }

        InEach(Sessions, context =>
        {
            foreach (string id in Id) ProcessOnce(context, new() { Id = id.ToLowerInvariant() });
            foreach (string name in Name.Where(static name => !NamePattern.IsWildcard(name))) ProcessOnce(context, new() { Name = name, Cluster = Cluster ?? "" });
            string[] patterns = [.. Name.Where(NamePattern.IsWildcard)];
            if (patterns.Length == 0) return;
            foreach (NodePool pool in Match(context, patterns)) ProcessOnce(context, PoolReference.From(pool)!);
        });
    }

    /// <summary>A pool to work on, once each; on the pipeline's thread.</summary>
    private protected abstract void Process(PoolReference pool);

    /// <summary>Asks about a change and makes it; with -WhatIf, emits what it would do.</summary>
    /// <param name="pool">Which.</param>
    /// <param name="action">What is done, for ShouldProcess.</param>
    /// <param name="impact">Of the command.</param>
    /// <param name="plan">Works out what it would do.</param>
    /// <param name="apply">Does it.</param>
    private protected void Change(PoolReference pool, string action, ConfirmImpact impact, Func<Worker, Task<NodePoolPlan>> plan, Func<Worker, Task> apply)
    {
        if (IsWhatIf)
        {
            Sessions.StartIn(pool.Session, pool.Target.Text, async worker =>
            {
                NodePoolPlan planned = await plan(worker);
                await worker.ShouldProcessAsync(pool.ToString(), $"{action} ({planned.Summary})");
                worker.Output(planned);
            });
            return;
        }

        string question = action;
        if (WillAsk(impact))
        {
            try
            {
                question = $"{action} ({Pump.RunNow(plan).Summary})";
            }
            catch (NodeManagerException failure)
            {
                Fail(failure, pool.Target.Text);
                return;
            }
        }

        if (ShouldProcess(pool.ToString(), question)) Sessions.StartIn(pool.Session, pool.Target.Text, apply);
    }

    private void InEach(IEnumerable<NodeManagerSession> sessions, Action<PoolContext> work)
    {
        foreach (NodeManagerSession session in sessions)
        {
            try
            {
                work(PoolSessions.Of(session));
            }
            catch (NodeManagerException failure)
            {
                Fail(failure, session);
            }
        }
    }

    private void ProcessOnce(PoolContext context, PoolTarget target)
    {
        if (_seen.Add((context.Session, target.Id.Length > 0 ? target.Id : $"{target.Cluster}/{target.Name}"))) Process(new PoolReference(context, target));
    }

    private List<NodePool> Match(PoolContext context, string[] patterns) => Pump.RunNow(async worker =>
    {
        List<NodePool> pools = [];
        var query = new PoolQuery { Names = patterns, Cluster = Cluster ?? "" };
        await foreach (NodePool pool in PoolReader.ReadAsync(context, query, static _ => { }, NullObserver.Instance, worker.Token)) pools.Add(pool);
        return pools;
    });
}
