namespace NodeManager.Kubernetes.Models;

public static class ConditionExtensions
{
    public static Condition? Find(this List<Condition>? conditions, string type) => conditions?.Find(condition => condition.Type == type);

    public static bool IsTrue(this List<Condition>? conditions, string type) => conditions.Find(type)?.Status == "True";

    public static bool IsFalse(this List<Condition>? conditions, string type) => conditions.Find(type)?.Status == "False";
}
