using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Selectors;
using NodeManager.NodePools.Operations;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

public abstract class PoolCmdlet : SessionCmdlet
{
    private readonly HashSet<(NodeManagerSession, string)> _seen = [];

    /// <summary>Where the pools are; by default, where the object comes from, else the session's pool service, else the cluster.</summary>
    [Parameter]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeSmithNames.DefaultNamespace;

    /// <summary>The pool service's name or id of the cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PoolClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Cluster { get; set; }

    private protected PoolPlace Place => new(Provider ?? "", Namespace);

    private protected PoolPlace PlaceOf(ClusterObject value) => PoolReference.PlaceOf(value, Place);

    /// <summary>Starts work once per pool that names, ids or an object resolve to, on the pipeline thread.</summary>
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

    /// <summary>Makes a change after confirmation; with -WhatIf, emits its plan.</summary>
    /// <param name="plan">Plans the change.</param>
    /// <param name="apply">Applies the change.</param>
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
