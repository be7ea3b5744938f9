namespace NodeManager.Kubernetes.Patching;

public enum PatchType
{
    /// <summary>RFC 7386; lists are replaced whole.</summary>
    Merge,

    /// <summary>Kubernetes' strategic merge: lists with a merge key (conditions, but not taints) are merged by it.</summary>
    Strategic,

    /// <summary>RFC 6902, with <c>test</c> as a precondition.</summary>
    Json,
}
