namespace NodeManager.Kubernetes.Models;

/// <summary>Reads lists of conditions, which have at most one of each type.</summary>
public static class ConditionExtensions
{
    /// <summary>The condition of a type; null without one.</summary>
    public static Condition? Find(this List<Condition>? conditions, string type) => conditions?.Find(condition => condition.Type == type);

    /// <summary>The condition of a type is there and its status is True.</summary>
    public static bool IsTrue(this List<Condition>? conditions, string type) => conditions.Find(type)?.Status == "True";

    /// <summary>The condition of a type is there and its status is False.</summary>
    public static bool IsFalse(this List<Condition>? conditions, string type) => conditions.Find(type)?.Status == "False";
}
