namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class BindingCells
{
    public static string Role(JsonObject binding) => $"{binding.Object("roleRef").Text("kind")}/{binding.Object("roleRef").Text("name")}";

    /// <param name="kind">The kind of the subjects to list.</param>
    public static string Subjects(JsonObject binding, string kind) =>
        string.Join(
            ", ",
            binding
                .Objects("subjects")
                .Where(subject => subject.Text("kind") == kind)
                .Select(subject => kind == "ServiceAccount" ? $"{subject.Text("namespace")}/{subject.Text("name")}" : subject.Text("name"))
        );
}
