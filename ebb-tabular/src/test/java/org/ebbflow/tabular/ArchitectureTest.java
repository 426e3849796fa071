package org.ebbflow.tabular;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the plan of the module: which package may know which.
 *
 * <p>To add a package, give it a line in {@link #PLAN} and a {@code package-info.java}.
 */
class ArchitectureTest {
  private static final String ROOT = "org.ebbflow.tabular";

  /** Each package directly under the root, with those that it may use besides itself. */
  private static final Map<String, List<String>> PLAN =
      Map.of(
          "table", List.of(),
          "schema", List.of("table"),
          "encode", List.of("schema", "table"),
          "conditional", List.of("encode", "schema", "table"),
          "select", List.of(),
          "compare", List.of("encode", "schema", "table"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> layers() {
    return PLAN.keySet().stream().sorted();
  }

  @Test
  void everyPackageIsInThePlan() {
    List<String> planned =
        Stream.concat(Stream.of(ROOT), PLAN.keySet().stream().map(name -> ROOT + "." + name))
            .toList();
    assertThat(packages().map(JavaPackage::getName)).isNotEmpty().isSubsetOf(planned);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void arrowsGoDown(String layer) {
    String[] allowed =
        Stream.concat(Stream.of(layer), PLAN.get(layer).stream())
            .map(name -> ROOT + "." + name + "..")
            .toArray(String[]::new);
    check(
        classes()
            .that(resideInAPackage(ROOT + "." + layer + ".."))
            .should()
            .onlyDependOnClassesThat(
                not(resideInAPackage(ROOT + "..")).or(resideInAnyPackage(allowed))));
  }

  @Test
  void onlyTableKnowsTheDatabase() {
    check(
        noClasses()
            .that(not(resideInAPackage(ROOT + ".table..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.duckdb..", "java.sql..")));
  }

  @Test
  void noTensorsBelowTheModel() {
    check(
        noClasses()
            .that(resideInAnyPackage(ROOT + ".table..", ROOT + ".schema..", ROOT + ".encode.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "org.bytedeco..", "org.ebbflow.tensor..", "org.ebbflow.flow..")));
  }

  @Test
  void nothingStaticIsMutable() {
    check(
        fields()
            .that()
            .areStatic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .beFinal());
  }

  @Test
  void nothingIsSerializable() {
    check(
        noClasses()
            .that(not(assignableTo(Throwable.class)).and(not(assignableTo(Enum.class))))
            .should()
            .beAssignableTo(Serializable.class));
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(packages())
        .allSatisfy(
            p ->
                assertThat(p.tryGetPackageInfo())
                    .as("package-info of %s", p.getName())
                    .hasValueSatisfying(
                        info -> assertThat(info.isAnnotatedWith(NullMarked.class)).isTrue()));
  }

  private static Stream<JavaPackage> packages() {
    return CLASSES.stream().map(JavaClass::getPackage).distinct();
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
