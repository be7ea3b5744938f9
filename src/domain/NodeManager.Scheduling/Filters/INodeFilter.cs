namespace NodeManager.Scheduling.Filters;

/// <summary>One rule about one pod.</summary>
internal interface INodeFilter
{
    FitResult Evaluate(NodeState node);
}
