namespace NodeManager.Scheduling.Filters;

/// <summary>A filter plugin for one pod.</summary>
internal interface INodeFilter
{
    FitResult Evaluate(NodeState node);
}
