@echo off
rem Runs Ebb's command line, building it first when it is missing or older than its sources.
rem Options for Java itself: EBB_JAVA_OPTS, for example set EBB_JAVA_OPTS=-Xmx8g
setlocal
set "HOME_DIR=%~dp0"
set "TARGET=%HOME_DIR%ebb-cli\target"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
set "VERSION="
for /f "tokens=3" %%V in ('call "%JAVA%" -version 2^>^&1 ^| findstr /c:" version "') do set "VERSION=%%~V"
if not defined VERSION (
  echo ebb: found no Java; install version 17 or newer and put it on the PATH or in JAVA_HOME>&2
  exit /b 2
)
for /f "tokens=1 delims=.-+" %%M in ("%VERSION%") do set "MAJOR=%%M"
if %MAJOR% LSS 17 goto old

call :find_jar
if not defined JAR goto build
if not exist "%TARGET%\lib\" goto build
powershell -NoProfile -Command "$t=(Get-Item -LiteralPath $env:JAR).LastWriteTime; $f=Get-ChildItem -Path ($env:HOME_DIR+'pom.xml'),($env:HOME_DIR+'.mvn'),($env:HOME_DIR+'ebb-*\pom.xml'),($env:HOME_DIR+'ebb-*\src\main') -Recurse -ErrorAction SilentlyContinue; if ($f | Where-Object { $_.LastWriteTime -gt $t }) { exit 3 }"
if not errorlevel 3 goto run

:build
echo ebb: building; the first time takes a minute>&2
if exist "%TARGET%\lib\" rmdir /s /q "%TARGET%\lib"
del /q "%TARGET%\ebb-cli-*.jar" >nul 2>&1
pushd "%HOME_DIR%"
call mvnw.cmd -q -B -pl ebb-cli -am -Dmaven.test.skip=true package <nul 1>&2
set "STATUS=%ERRORLEVEL%"
popd
if not "%STATUS%"=="0" (
  echo ebb: could not be built; see above what stopped Maven>&2
  exit /b 2
)
call :find_jar

:run
set "NATIVES="
if %MAJOR% GEQ 22 set "NATIVES=--enable-native-access=ALL-UNNAMED"
"%JAVA%" -Djava.awt.headless=true -XX:-UsePerfData -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 %NATIVES% %EBB_JAVA_OPTS% -cp "%JAR%;%TARGET%\lib\*" org.ebbflow.cli.Main %*
exit /b %ERRORLEVEL%

:old
echo ebb: needs Java 17 or newer, but "%JAVA%" is version %VERSION%; name a newer one in JAVA_HOME>&2
exit /b 2

:find_jar
set "JAR="
for /f "delims=" %%J in ('dir /b /o:d "%TARGET%\ebb-cli-*.jar" 2^>nul') do set "JAR=%TARGET%\%%J"
exit /b 0
