namespace NodeManager;

/// <summary>The rules of recommendations.</summary>
public static class NodeScaleRule
{
    /// <summary>There are fewer nodes than minNodes.</summary>
    public const string BelowMinimum = nameof(BelowMinimum);

    /// <summary>Scaling down stops at minNodes.</summary>
    public const string AtMinimum = nameof(AtMinimum);

    /// <summary>Scaling up stops at maxNodes.</summary>
    public const string AtMaximum = nameof(AtMaximum);

    /// <summary>The pods' requests exceed scaleUpThreshold.</summary>
    public const string RequestsAboveThreshold = nameof(RequestsAboveThreshold);

    /// <summary>The usage of the nodes exceeds scaleUpThreshold.</summary>
    public const string UsageAboveThreshold = nameof(UsageAboveThreshold);

    /// <summary>Pods wait: nodes are added where none has room for them, and none is removed before they have their place.</summary>
    public const string PendingPods = nameof(PendingPods);

    /// <summary>A pod waits that does not fit on a new node like those that are there.</summary>
    public const string NoShapeFits = nameof(NoShapeFits);

    /// <summary>No node is ready and schedulable, so that there is nothing to recommend from.</summary>
    public const string NoNodes = nameof(NoNodes);

    /// <summary>Nothing is above or below its threshold.</summary>
    public const string WithinThresholds = nameof(WithinThresholds);

    /// <summary>The node's requests and usage are below scaleDownThreshold.</summary>
    public const string BelowThreshold = nameof(BelowThreshold);

    /// <summary>The node has pods to move, and its requests or usage are not below scaleDownThreshold.</summary>
    public const string AboveThreshold = nameof(AboveThreshold);

    /// <summary>The node is not ready, or cordoned.</summary>
    public const string NotActive = nameof(NotActive);

    /// <summary>The usage of the node is not known.</summary>
    public const string UsageUnknown = nameof(UsageUnknown);

    /// <summary>An annotation of the node or of one of its pods forbids the removal, or another operation holds the node's lock.</summary>
    public const string Protected = nameof(Protected);

    /// <summary>A drain would be refused for one of the pods.</summary>
    public const string DrainRefused = nameof(DrainRefused);

    /// <summary>A PodDisruptionBudget does not allow the evictions of the pods.</summary>
    public const string BudgetBlocks = nameof(BudgetBlocks);

    /// <summary>A pod would find no place on the other nodes.</summary>
    public const string PodDoesNotFit = nameof(PodDoesNotFit);

    /// <summary>Whether a pod would find a place cannot be judged.</summary>
    public const string PodNotJudged = nameof(PodNotJudged);

    /// <summary>The other nodes would come too close to scaleUpThreshold.</summary>
    public const string OthersTooFull = nameof(OthersTooFull);

    /// <summary>The node's pods find a place elsewhere in every eviction order that was tried.</summary>
    public const string PodsFitElsewhere = nameof(PodsFitElsewhere);

    /// <summary>An earlier recommendation of the session moved a threshold.</summary>
    public const string Hysteresis = nameof(Hysteresis);

    /// <summary>Nodes are not recommended for removal soon after scaling up was recommended.</summary>
    public const string Stabilizing = nameof(Stabilizing);
}
