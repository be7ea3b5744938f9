namespace NodeManager.Kubernetes.Patching;

public enum PatchType
{
    /// <summary>RFC 7386; lists are replaced whole.</summary>
    Merge,

    /// <summary>Kubernetes' own: lists with a merge key (conditions, taints not) are merged by it.</summary>
    Strategic,

    /// <summary>RFC 6902, with <c>test</c> as a precondition.</summary>
    Json,
}
