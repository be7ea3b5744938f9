using System.Management.Automation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Completion;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Selectors;
using NodeManager.NodePools.Operations;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on node pools, of a pool service or of the connected cluster.</summary>
public abstract class PoolCmdlet : SessionCmdlet
{
    private readonly HashSet<(NodeManagerSession, string)> _seen = [];

    /// <summary>Where the pools are kept; without it, where objects come from, else in the pool service where the session has one, else in the cluster.</summary>
    [Parameter]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    /// <summary>Where the autoscaler's resources are, for pools of the cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeSmithNames.DefaultNamespace;

    /// <summary>The service's name or id of the pools' cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PoolClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Cluster { get; set; }

    private protected PoolPlace Place => new(Provider ?? "", Namespace);

    /// <summary>Where the pool of an object is kept.</summary>
    private protected PoolPlace PlaceOf(ClusterObject value) => PoolReference.PlaceOf(value, Place);

    /// <summary>Has each pool worked on that names, ids or an object stand for, once; on the pipeline's thread.</summary>
    private protected void ForEachPool(string[] names, string[] ids, ClusterObject? value, Action<PoolReference> work)
    {
        if (value is not null)
        {
            if (PoolReference.From(value) is { } target)
                InEach(Sessions.For(value), PlaceOf(value), context => Once(context, target, work));
            else
                Fail(PoolReference.StandsForNone(value), value);
            return;
        }

        InEach(
            Sessions,
            Place,
            context =>
            {
                foreach (string id in ids)
                    Once(context, new() { Id = id.ToLowerInvariant() }, work);
                foreach (string name in names.Where(static name => !NamePattern.IsWildcard(name)))
                    Once(context, new() { Name = name, Cluster = Cluster ?? "" }, work);
                string[] patterns = [.. names.Where(NamePattern.IsWildcard)];
                if (patterns.Length == 0)
                    return;
                foreach (NodePool pool in Match(context, patterns))
                    Once(context, PoolReference.From(pool)!, work);
            }
        );
    }

    /// <summary>Asks about a change and makes it; with -WhatIf, emits what it would do.</summary>
    /// <param name="pool">Which.</param>
    /// <param name="action">What is done, for ShouldProcess.</param>
    /// <param name="impact">Of the command.</param>
    /// <param name="plan">Works out what it would do.</param>
    /// <param name="apply">Does it.</param>
    private protected void Change(
        PoolReference pool,
        string action,
        ConfirmImpact impact,
        Func<Worker, Task<NodePoolPlan>> plan,
        Func<Worker, Task> apply
    )
    {
        if (IsWhatIf)
        {
            Sessions.StartIn(
                pool.Session,
                pool.Target.Text,
                async worker =>
                {
                    NodePoolPlan planned = await plan(worker);
                    await worker.ShouldProcessAsync(pool.Session, pool.ToString(), $"{action} ({planned.Summary})");
                    worker.Output(planned);
                }
            );
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

        if (ShouldProcess(pool.Session, pool.ToString(), question))
            Sessions.StartIn(pool.Session, pool.Target.Text, apply);
    }

    private void InEach(IEnumerable<NodeManagerSession> sessions, PoolPlace place, Action<PoolContext> work)
    {
        foreach (NodeManagerSession session in sessions)
        {
            try
            {
                work(PoolSessions.Of(session, place));
            }
            catch (NodeManagerException failure)
            {
                Fail(failure, session);
            }
        }
    }

    private void Once(PoolContext context, PoolTarget target, Action<PoolReference> work)
    {
        string pool = target.Id.Length > 0 ? target.Id : $"{context.Provider.Name}/{target.Cluster}/{target.Name}";
        if (_seen.Add((context.Session, pool)))
            work(new(context, target));
    }

    private List<NodePool> Match(PoolContext context, string[] patterns) =>
        Pump.RunNow(async worker =>
        {
            List<NodePool> pools = [];
            var query = new PoolQuery { Names = patterns, Cluster = Cluster ?? "" };
            await foreach (NodePool pool in PoolReader.ReadAsync(context, query, static _ => { }, NullObserver.Instance, worker.Token))
                pools.Add(pool);
            return pools;
        });
}
