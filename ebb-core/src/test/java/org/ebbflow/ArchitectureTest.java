package org.ebbflow;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the house plan: which package may know which, and what no class may do.
 *
 * <p>A package of the plan need not exist yet; one that the plan does not name fails. To add one,
 * give it a line in {@link #PLAN} and say in its {@code package-info.java} what lives there.
 */
class ArchitectureTest {
  private static final String ROOT = "org.ebbflow";

  /** Each package directly under the root, with those that it may use besides itself. */
  private static final Map<String, List<String>> PLAN =
      Map.of(
          "tensor", List.of(),
          "data", List.of(),
          "io", List.of("tensor"),
          "flow", List.of("tensor", "data"),
          "objective", List.of("flow", "tensor"),
          "metric", List.of("flow", "tensor", "data"),
          "train", List.of("objective", "flow", "tensor", "data", "io", "metric"),
          "sample", List.of("flow", "tensor", "data"),
          "autoencoder", List.of("train", "flow", "tensor", "data", "io", "metric"),
          "model",
              List.of("train", "sample", "objective", "flow", "tensor", "data", "io", "metric"));

  /** Kinds of bijection, and what they are made of; each a package under {@code flow}. */
  private static final Set<String> FLOWS =
      Set.of(
          "linear",
          "elementwise",
          "network",
          "coupling",
          "autoregressive",
          "image",
          "ode",
          "preprocess");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> layers() {
    return PLAN.keySet().stream().sorted();
  }

  @Test
  void classesAreFound() {
    assertThat(CLASSES.contain(EbbException.class)).isTrue();
    assertThat(CLASSES.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void everyPackageIsInThePlan() {
    Set<String> planned =
        Stream.of(
                Stream.of(ROOT),
                PLAN.keySet().stream().map(layer -> ROOT + "." + layer),
                FLOWS.stream().map(kind -> ROOT + ".flow." + kind))
            .flatMap(names -> names)
            .collect(Collectors.toSet());
    assertThat(packages().map(JavaPackage::getName)).isSubsetOf(planned);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void arrowsGoDown(String layer) {
    String[] allowed =
        Stream.of(Stream.of(layer), PLAN.get(layer).stream())
            .flatMap(names -> names)
            .map(name -> ROOT + "." + name + "..")
            .toArray(String[]::new);
    check(
        classes()
            .that(resideInAPackage(ROOT + "." + layer + ".."))
            .should()
            .onlyDependOnClassesThat(
                not(resideInAPackage(ROOT + ".."))
                    .or(resideInAPackage(ROOT))
                    .or(resideInAnyPackage(allowed))));
  }

  @Test
  void rootKnowsNoPackage() {
    check(
        classes()
            .that(resideInAPackage(ROOT))
            .should()
            .onlyDependOnClassesThat(
                not(resideInAPackage(ROOT + "..")).or(resideInAPackage(ROOT))));
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void onlyTensorManagesNativeMemory() {
    check(
        outsideTensor()
            .should()
            .dependOnClassesThat(
                resideInAPackage("org.bytedeco.javacpp..")
                    .or(named("org.bytedeco.pytorch.Generator"))
                    .or(named("org.bytedeco.pytorch.NoGradGuard"))));
  }

  @Test
  void onlyTensorReadsRawMemory() {
    check(outsideTensor().should().accessTargetWhere(READS_RAW_MEMORY));
  }

  @Test
  void namesAreNounsOfTheField() {
    check(noClasses().should().haveNameMatching(".*(Utils?|Helper|Manager)"));
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
            .beAssignableTo(
                assignableTo(Serializable.class).or(assignableTo(Externalizable.class))));
  }

  @Test
  void nothingUsesObjectStreams() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(
                assignableTo(ObjectInputStream.class).or(assignableTo(ObjectOutputStream.class))));
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

  /** What hands out an address or a buffer over a tensor's memory. */
  private static final DescribedPredicate<JavaAccess<?>> READS_RAW_MEMORY =
      describe(
          "reads a tensor's memory directly",
          access ->
              access.getTargetOwner().getPackageName().startsWith("org.bytedeco")
                  && access
                      .getTarget()
                      .getName()
                      .matches(
                          "(const_|mutable_)?data_ptr.*|create(Buffer|Indexer)"
                              + "|as(Byte)?Buffer|address"));

  private static GivenClassesConjunction outsideTensor() {
    return noClasses().that(not(resideInAPackage(ROOT + ".tensor..")));
  }

  private static DescribedPredicate<JavaClass> named(String name) {
    return describe("named " + name, c -> c.getName().equals(name));
  }

  private static Stream<JavaPackage> packages() {
    return CLASSES.stream().map(JavaClass::getPackage).distinct();
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
